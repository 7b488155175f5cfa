package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// notAsked is the section of an example's page that says what the product does
// not do, with the product's own word for it.
const notAsked = "\n## What is not asked of it, and why\n"

// print writes the page.
func (p page) print(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("# Real systems\n\nPrinted by `make interop`: the whole suite against each system as its page says\nto set it up, and then with one thing wrong at a time.\n\n")
	p.verdicts(&b)
	p.scenarios(&b)
	if err := p.reasons(&b); err != nil {
		return err
	}
	p.breakages(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func (p page) verdicts(b *bytes.Buffer) {
	b.WriteString("| | system | verdict | passed | not applicable | waived or not proved | remarks |\n|---|---|---|---|---|---|---|\n")
	for _, x := range p.runs {
		fmt.Fprintf(b, "| %s | [%s](../examples/%s/README.md) | %s | %d | %d | %d | %d |\n",
			x.name, x.title, x.example, x.Verdict, x.count(passed), x.count(notApplicable), x.count(open), len(x.remarks()))
	}
	for _, m := range p.missing {
		fmt.Fprintf(b, "\nNot run: %s\n", m)
	}
}

func (p page) scenarios(b *bytes.Buffer) {
	b.WriteString("\n## Scenario by scenario\n\nHow many of a scenario's examples passed, from each side where there are two; – is\nnot applicable, (n) waived or not proved.\n\n| scenario |")
	for _, x := range p.runs {
		fmt.Fprintf(b, " %s |", x.name)
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("---|", len(p.runs)))
	for _, id := range p.ids() {
		fmt.Fprintf(b, "| `%s` |", id)
		for _, x := range p.runs {
			fmt.Fprintf(b, " %s |", x.cell(id))
		}
		b.WriteByte('\n')
	}
}

// reasons says why what was not proved was not.
func (p page) reasons(b *bytes.Buffer) error {
	b.WriteString("\n## What is not asked, and why\n")
	said := map[string]string{}
	for _, x := range p.runs {
		fmt.Fprintf(b, "\n### %s\n\n", x.title)
		for _, r := range x.open() {
			fmt.Fprintf(b, "- %s\n", r)
		}
		for _, r := range x.remarks() {
			fmt.Fprintf(b, "- %s\n", r)
		}
		if other, again := said[x.example]; again {
			fmt.Fprintf(b, "As for %s.\n", other)
			continue
		}
		said[x.example] = x.title
		text, err := section(filepath.Join("examples", x.example, "README.md"), notAsked)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s\n", text)
	}
	return nil
}

// section gives what stands under a heading of a file.
func section(file, heading string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	_, after, found := strings.Cut(string(text), heading)
	if !found {
		return "", fmt.Errorf("%s: want a section %q", file, strings.TrimSpace(heading))
	}
	after, _, _ = strings.Cut(after, "\n## ")
	fromDocs := strings.NewReplacer("](../../docs/", "](", "](../", "](../examples/")
	return fromDocs.Replace(strings.TrimSpace(after)), nil
}

func (p page) breakages(b *bytes.Buffer) {
	if len(p.broken) == 0 {
		return
	}
	b.WriteString("\n## With one thing wrong\n\nEach is held to fail in the scenarios that meet what is wrong and in no others, each\nfor its cause; what only looks wrong is held to be accepted.\n\n| example | what is wrong | verdict | as it should be |\n|---|---|---|---|\n")
	for _, x := range p.broken {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", x.example, x.what, x.told, x.verdict)
	}
}

// kind is what became of a scenario, as a reader of the page counts it.
type kind int

const (
	passed kind = iota
	failed
	notApplicable
	open
)

func kindOf(s record.Scenario) kind {
	switch {
	case s.Status == record.Passed:
		return passed
	case s.Status == record.Failed:
		return failed
	case s.NotApplicable:
		return notApplicable
	}
	return open
}

func (x ran) count(k kind) (n int) {
	for _, s := range x.Scenarios {
		if s.Try < 2 && kindOf(s) == k {
			n++
		}
	}
	return n
}

// ids gives the scenarios in the order in which they ran.
func (p page) ids() (out []string) {
	for _, x := range p.runs {
		for _, s := range x.Scenarios {
			if !slices.Contains(out, s.ID) {
				out = append(out, s.ID)
			}
		}
	}
	return out
}

// cell says what became of a scenario's examples.
func (x ran) cell(id string) string {
	var n [4]int
	for _, s := range x.Scenarios {
		if s.ID == id && s.Try < 2 {
			n[kindOf(s)]++
		}
	}
	var out []string
	if n[passed] > 0 {
		out = append(out, fmt.Sprint(n[passed]))
	}
	if n[failed] > 0 {
		out = append(out, fmt.Sprintf("**%d failed**", n[failed]))
	}
	if n[open] > 0 {
		out = append(out, fmt.Sprintf("(%d)", n[open]))
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, " ")
}

// open says why scenarios were not proved, or failed, and are not waived.
func (x ran) open() (out []string) {
	for _, s := range x.Scenarios {
		if _, waived := x.Site.Waiver(s.ID); waived && kindOf(s) == open {
			continue
		}
		if k := kindOf(s); k == failed || k == open {
			out = add(out, fmt.Sprintf("`%s`, %s: %s", s.ID, s.Status, s.Why))
		}
	}
	return out
}

// remarks are checks that failed and were no musts.
func (x ran) remarks() (out []string) {
	for _, c := range x.Checks {
		if c.Verdict == record.Fail && c.Severity != record.Must {
			out = add(out, fmt.Sprintf("remark, `%s`: %s", c.ID, c.Measured))
		}
	}
	return out
}

func add(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
