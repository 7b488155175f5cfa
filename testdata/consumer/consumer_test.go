// Package consumer is a module of somebody else's: it runs the acceptance
// suite with a switch that it starts itself, mixes its own steps with those of
// the suite, and puts them into a godog suite of its own.
package consumer

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/cucumber/godog"

	"ringproof/refswitch"
	"ringproof/reports/record"
	"ringproof/steps"
)

// product is the system under test, started in this process.
type product struct{ sw *refswitch.Switch }

func (p *product) Name() string { return "our product" }

func (p *product) Start(_ context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	c := refswitch.Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Network: s.Network, Log: s.Log}
	for name, at := range s.Trunks {
		c.Trunks = append(c.Trunks, refswitch.Trunk{Name: name, Address: at})
	}
	c.Routes = []refswitch.Route{{Prefix: "6", Targets: []string{"west"}}, {Prefix: "8", Targets: []string{"east"}}}
	var err error
	p.sw, err = refswitch.New(c)
	if err != nil {
		return steps.Endpoint{}, err
	}
	return steps.Endpoint{Transport: "udp", Addr: p.sw.Addr()}, nil
}

func (p *product) Stop(context.Context) error {
	p.sw.Close()
	return nil
}

// billed is a step of our own; the price is wrong where it is told to be.
func billed(free bool) func(*godog.ScenarioContext) {
	return func(sc *godog.ScenarioContext) {
		sc.Step(`^the call is billed$`, func(ctx context.Context) error {
			seen, ok := steps.Observed(ctx)
			if !ok || seen.Caller == nil || seen.Caller.AnsweredAt == 0 {
				return errors.New("no answered call to bill")
			}
			if free {
				return &steps.Failure{Cause: record.CauseCapacity, Why: "The call to " + seen.Dialled + " was free.", ToDo: "Look at the tariff."}
			}
			return nil
		})
	}
}

func TestAcceptanceSuite(t *testing.T) {
	run := steps.Test(t, steps.Suite{Target: &product{}, Tags: "@id:peer.audio"})
	if len(run.Scenarios) < 2 || !strings.Contains(run.Why, "passed") {
		t.Errorf("got %d scenarios, %s", len(run.Scenarios), run.Why)
	}
}

func TestStepsMixedWithOurs(t *testing.T) {
	steps.Test(t, steps.Suite{Target: &product{}, Features: os.DirFS("features"), Steps: billed(false)})
}

func TestOurStepFails(t *testing.T) {
	h, err := steps.New(steps.Suite{Target: &product{}, Features: os.DirFS("features"), Steps: billed(true)})
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verdict := steps.Verdict(run)
	if run.Verdict != record.NotAccepted || verdict == nil || !strings.Contains(verdict.Error(), "capacity: The call to 8") {
		t.Errorf("got %s: %v", run.Verdict, verdict)
	}
}

func TestInAGodogSuiteOfOurs(t *testing.T) {
	h, err := steps.New(steps.Suite{Target: &product{}})
	if err != nil {
		t.Fatal(err)
	}
	status := godog.TestSuite{
		TestSuiteInitializer: func(sc *godog.TestSuiteContext) { h.InitializeSuite(t.Context(), sc) },
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			h.InitializeScenario(sc)
			billed(false)(sc)
		},
		Options: &godog.Options{FS: os.DirFS("features"), Paths: []string{"."}, Format: "progress", Output: io.Discard, Strict: true, Concurrency: 4},
	}.Run()
	run, err := h.Close()
	if err != nil {
		t.Fatal(err)
	}
	if status != 0 || run.Verdict != record.Accepted {
		t.Errorf("godog: %d, %s: %s", status, run.Verdict, run.Why)
	}
	if len(run.Attempts) == 0 || len(run.Checks) == 0 {
		t.Errorf("the record has %d attempts and %d checks", len(run.Attempts), len(run.Checks))
	}
}
