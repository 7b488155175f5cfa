package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ringproof/internal/site"
	"ringproof/reports/record"
)

func planCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plan SITE",
		Short: "Check a profile's number plan; say what the other side must configure, and firewalls let pass",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			s, err := site.Load(a[0])
			if err != nil {
				return &usageError{err}
			}
			p := s.Plan()
			newPrinter(c.OutOrStdout()).plan(s, p)
			if len(p.Errors()) > 0 {
				return &verdictError{record.NotAccepted}
			}
			return nil
		},
	}
}

// plan prints a number plan: who has which numbers, what is wrong with that,
// and what others must do for us.
func (p *printer) plan(s *site.Site, plan site.Plan) {
	under, names := "the bundled switch", []string(nil)
	for i, y := range s.Under() {
		if i == 0 {
			under = ""
		} else {
			under += " and "
		}
		under += fmt.Sprintf("%s at %s", y.Name, y.SIP)
		names = append(names, y.Name)
	}
	fmt.Fprintf(p.w, "%s\nunder test: %s\n", p.paint(bold, s.Name), under)

	p.table("Numbers", len(plan.Numbers), func(w io.Writer) {
		for _, n := range plan.Numbers {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", n.Numbers, n.Owner, n.Leads)
		}
	})
	p.table("To configure at "+strings.Join(names, " and "), len(plan.Configure), func(w io.Writer) {
		for _, i := range plan.Configure {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", i.Kind, i.What, i.Note)
		}
	})
	p.table("Firewall: let pass, and the answers to it", len(plan.Flows), func(w io.Writer) {
		for _, f := range plan.Flows {
			fmt.Fprintf(w, "  %s\t%s\t→ %s\t%s\t%s\t%s\t%s\n", f.From, f.FromAddr, f.To, f.ToAddr, f.Protocol, f.Ports, f.Purpose)
		}
	})
	if len(names) == 0 {
		fmt.Fprintln(p.w, "\nNothing to configure: the bundled switch takes all of it from this profile.")
	}
	p.findings(plan)
}

// table prints rows in columns under a title; nothing where there are none.
func (p *printer) table(title string, rows int, fill func(io.Writer)) {
	if rows == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s\n", p.paint(bold, title))
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fill(w)
	_ = w.Flush() // into memory
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(p.w, strings.TrimRight(line, " \n"))
	}
}

func (p *printer) findings(plan site.Plan) {
	fmt.Fprintln(p.w)
	for _, f := range plan.Findings {
		if f.Error {
			fmt.Fprintf(p.w, "%s %s\n", p.paint(red, "✗"), f.Text)
		} else {
			fmt.Fprintf(p.w, "%s %s\n", p.paint(faint, "·"), f.Text)
		}
	}
	switch n := len(plan.Errors()); n {
	case 0:
		fmt.Fprintf(p.w, "%s the number plan holds\n", p.paint(green, "✓"))
	case 1:
		fmt.Fprintln(p.w, p.paint(red, "1 error"))
	default:
		fmt.Fprintln(p.w, p.paint(red, fmt.Sprintf("%d errors", n)))
	}
}
