package check

import (
	"fmt"
	"strings"

	"ringproof/reports/record"
)

// sourceRules: whether our own addresses are fit to send from.
func sourceRules() []Rule {
	return []Rule{
		{"source.ready", "Our addresses can be bound, and a route leads to the system under test", record.Must, "profile: harness, trunks", sourceReady},
	}
}

func sourceReady(e Evidence) result {
	r := result{record.Pass, "", "", "each bound, with a route to " + e.System}
	var names, said []string
	for _, s := range e.Sources {
		names = append(names, s.Party)
		if s.Fit() {
			said = append(said, s.Party+" at "+s.place())
			continue
		}
		r.verdict = record.Fail
		said = append(said, fmt.Sprintf("%s at %s: %s", s.Party, s.place(), s.Trouble()))
	}
	r.subject, r.measured = strings.Join(names, ", "), strings.Join(said, "; ")
	return r
}

// Fit tells whether packets from the address can get to the system.
func (s Source) Fit() bool { return s.Trouble() == "" }

// Trouble says why an address is not fit; empty where it is.
func (s Source) Trouble() string {
	switch {
	case s.Bind != "":
		return s.Bind
	case s.Route != "":
		return s.Route
	case s.Kernel.IsValid() && s.Addr.Addr().IsLoopback() && !s.Kernel.IsLoopback():
		return "a loopback address, from which only this machine is reached"
	}
	return ""
}

func (s Source) place() string {
	if s.Addr.Port() == 0 {
		return s.Addr.Addr().String()
	}
	return s.Addr.String()
}
