package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber/godog"

	"ringproof/internal/site"
	"ringproof/reports/record"
)

// optionTag starts a tag that names an option of the profile: a feature of
// the system under test without which the scenario means nothing.
const optionTag = "@option:"

// knownOptions refuses a tag for an option that does not exist: its scenario
// would never be skipped.
func knownOptions(tags []string) error {
	for _, t := range tags {
		if name, ok := strings.CutPrefix(t, optionTag); ok {
			if _, err := (site.Options{}).Offers(name); err != nil {
				return fmt.Errorf("tag %s: %w", t, err)
			}
		}
	}
	return nil
}

// hostileTag marks a scenario that attacks: it needs the consent of whoever
// answers for the system.
const hostileTag = "@hostile"

// leavesOut tells whether a scenario is not to be run, and notes why.
func (h *Harness) leavesOut(ctx context.Context, s *record.Scenario) bool {
	if why := h.notRun(ctx); why != "" {
		s.Why = why
		return true
	}
	if why := h.notOffered(s.Tags); why != "" {
		s.Status, s.NotApplicable, s.Why = record.Skipped, true, why
		return true
	}
	if slices.Contains(s.Tags, hostileTag) && !h.site.Consents().Hostile {
		s.Status, s.Why = record.Skipped, "no consent to a hostile scenario: fill in consent.hostile, true, and consent.by"
		return true
	}
	if slices.Contains(s.Tags, loadTag) && !h.site.Consents().Load {
		s.Status, s.Why = record.Skipped, noConsent
		return true
	}
	return false
}

// notOffered tells which feature that the scenario needs is not offered, by
// the profile; empty where all are.
func (h *Harness) notOffered(tags []string) (why string) {
	for _, t := range tags {
		name, ok := strings.CutPrefix(t, optionTag)
		if !ok {
			continue
		}
		if offered, err := h.site.Options.Offers(name); err == nil && !offered {
			return fmt.Sprintf("not applicable: the profile says that the system does not offer it (options.%s: false)", name)
		}
	}
	return ""
}

// tagsOf gives a scenario's tags but for its id.
func tagsOf(sc *godog.Scenario) []string {
	var out []string
	for _, t := range sc.Tags {
		if !strings.HasPrefix(t.Name, idTag) {
			out = append(out, t.Name)
		}
	}
	return out
}
