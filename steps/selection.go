package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber/godog"

	"ringproof/reports/record"
)

// selected makes sure that there is something to run, and that waivers mean
// scenarios that exist.
func (h *Harness) selected() error {
	var err error
	if h.planned, err = plannedOf(h.suiteOf(context.Background())); err != nil {
		return err
	}
	if h.long, err = h.tooLong(); err != nil {
		return err
	}
	if len(h.planned) == 0 {
		return h.noneSelected()
	}
	h.planned = h.inTurns(h.planned)
	whole := h.suiteOf(context.Background())
	whole.Options.Tags = ""
	planned, err := plannedOf(whole)
	if err != nil {
		return err
	}
	var all []string
	for _, p := range planned {
		all = append(all, p.ID)
	}
	if h.features, err = featuresOf(h.suiteOf(context.Background())); err != nil {
		return err
	}
	for _, w := range h.site.Waivers {
		if !slices.Contains(all, w.Scenario) {
			return fmt.Errorf("a waiver for %q, which is no scenario: want one of %s", w.Scenario, unique(all))
		}
	}
	return nil
}

// inTurns plans the scenarios once for each system under test.
func (h *Harness) inTurns(planned []record.Planned) (out []record.Planned) {
	for _, near := range h.sides() {
		for _, p := range planned {
			p.Name = h.turned(p.Name, near)
			out = append(out, p)
		}
	}
	return out
}

// plannedOf gives the scenarios of a suite.
func plannedOf(s godog.TestSuite) (out []record.Planned, err error) {
	features, err := s.RetrieveFeatures()
	if err != nil {
		return nil, err
	}
	for _, f := range features {
		for _, p := range f.Pickles {
			if err := knownOptions(tagsOf(p)); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Uri, err)
			}
			if len(p.Steps) == 0 { // godog would pass over it without a word
				return nil, fmt.Errorf("%s: scenario %q has no steps", f.Uri, p.Name)
			}
			out = append(out, record.Planned{ID: idOf(p), Name: p.Name, Feature: p.Uri})
		}
	}
	return out, nil
}

// featuresOf gives the names of a suite's features, and what each asks for.
func featuresOf(s godog.TestSuite) (out []record.Feature, err error) {
	features, err := s.RetrieveFeatures()
	if err != nil {
		return nil, err
	}
	for _, f := range features {
		out = append(out, record.Feature{
			File: f.Uri, Name: f.Feature.Name, Text: strings.Join(strings.Fields(f.Feature.Description), " "),
		})
	}
	return out, nil
}
