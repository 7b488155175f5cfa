package steps

import (
	"slices"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// mapped gives the parties that stand behind NAT, by the last answer that each
// got to a REGISTER.
func (h *Harness) mapped() (out []check.Mapping) {
	told := map[string]bool{}
	for _, f := range slices.Backward(h.journal.Snapshot().Registrations) {
		if told[f.Party] || f.Code == 0 {
			continue
		}
		told[f.Party] = true
		if m := mapping(f); m.Seen.IsValid() {
			out = append(out, m)
		}
	}
	return out
}

func mapping(f record.Registration) check.Mapping {
	return check.Mapping{Party: f.Party, Own: f.Own, Seen: f.Seen, At: f.End}
}
