package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// sourceFinders: our own addresses.
func sourceFinders() map[string]finder {
	return map[string]finder{"source.ready": sourceNotReady}
}

func sourceNotReady(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseHarness,
		ToDo:  "Give the interface that address, or change the profile: `ip address` lists what this machine has, `ip route get` the way to the system.",
	}
	for _, s := range e.Sources {
		if !s.Fit() && f.Why == "" {
			f.Why = fmt.Sprintf("%s cannot send from %s to %s: %s.", s.Party, s.Addr.Addr(), e.System, s.Trouble())
			if s.Kernel.IsValid() && s.Kernel != s.Addr.Addr() {
				f.Why += fmt.Sprintf(" The kernel would send from %s.", s.Kernel)
			}
		}
		fit := "fit"
		if !s.Fit() {
			fit = s.Trouble()
		}
		f.Evidence = append(f.Evidence, fmt.Sprintf("%s at %s: %s", s.Party, s.Addr, fit))
	}
	return f
}
