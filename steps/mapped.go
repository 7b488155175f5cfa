package steps

import (
	"cmp"
	"slices"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// mapped gives the parties that stand behind NAT, by the last answer that each
// got to a REGISTER or an INVITE; caller is that of a call that is not in the
// record yet, if there is one.
func (h *Harness) mapped(caller *record.Attempt) []check.Mapping {
	run := h.journal.Snapshot()
	var all []check.Mapping
	for _, f := range run.Registrations {
		if f.Code != 0 {
			all = append(all, check.Mapping{Party: f.Party, Own: f.Own, Seen: f.Seen, At: f.End})
		}
	}
	attempts := slices.Clone(run.Attempts)
	if caller != nil {
		attempts = append(attempts, *caller)
	}
	for _, a := range attempts {
		if n := len(a.Responses); n > 0 && !a.Inbound {
			all = append(all, check.Mapping{Party: a.Party, Own: a.Own, Seen: a.Seen, At: a.Responses[n-1].At})
		}
	}
	slices.SortStableFunc(all, func(a, b check.Mapping) int {
		return cmp.Or(cmp.Compare(a.Party, b.Party), cmp.Compare(b.At, a.At))
	})
	all = slices.CompactFunc(all, func(a, b check.Mapping) bool { return a.Party == b.Party }) // keeps the last answer
	return slices.DeleteFunc(all, func(m check.Mapping) bool { return !m.Seen.IsValid() })
}
