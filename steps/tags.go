package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// tagExpression is what godog understands: tags, ~ for not, && for and, a
// comma for or. Words such as "not" and "or" it takes for parts of tags and
// selects nothing, without a word.
var tagExpression = regexp.MustCompile(`^~?@[^\s~,&@]+(\s*(&&|,)\s*~?@[^\s~,&@]+)*$`)

func checkTags(tags string) error {
	if tags == "" || tagExpression.MatchString(tags) {
		return nil
	}
	return fmt.Errorf("tags %q: want tags joined by && (and) or , (or), with ~ for not, as in \"@peer && ~@id:busy\"", tags)
}

// longTag marks a scenario that holds a call for minutes: it is run only where
// that is asked for.
const longTag = "@long"

// realTag marks a scenario of phones that are not ours: there is none of it
// where the site has no such phones.
const realTag = "@real"

// tags gives the expression that selects the scenarios.
func (h *Harness) tags() string { return h.tagsWith(h.suite.Long) }

func (h *Harness) tagsWith(long bool) string {
	var all []string
	if h.suite.Tags != "" {
		all = append(all, h.suite.Tags)
	}
	if !long {
		all = append(all, "~"+longTag)
	}
	if len(h.site.Real) == 0 {
		all = append(all, "~"+realTag)
	}
	return strings.Join(all, " && ")
}

// tooLong gives the scenarios that are selected and yet not run, for they hold
// a call for minutes and nobody asked for that.
func (h *Harness) tooLong() (ids []string, err error) {
	with := h.suiteOf(context.Background())
	with.Options.Tags = h.tagsWith(true)
	all, err := plannedOf(with)
	for _, p := range all {
		if !slices.ContainsFunc(h.planned, func(x record.Planned) bool { return x.ID == p.ID }) {
			ids = append(ids, p.ID)
		}
	}
	return ids, err
}

// noneSelected says that there is nothing to run, and where that is because
// what was meant takes long.
func (h *Harness) noneSelected() error {
	if len(h.long) > 0 {
		return fmt.Errorf("tags %q select no scenario but some that are tagged %s: want Suite.Long, or --long", h.suite.Tags, longTag)
	}
	if len(h.site.Real) == 0 {
		return fmt.Errorf("tags %q select no scenario: those of real phones want an account that is played_by: real", h.suite.Tags)
	}
	return fmt.Errorf("tags %q select no scenario", h.suite.Tags)
}
