package kamailiostock_test

import (
	"errors"
	"maps"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
)

func TestStockKamailioIsAccepted(t *testing.T) {
	product{}.start(t)
	if err := steps.Verdict(accept(t, "")); err != nil {
		t.Error(err)
	}
}

// What is odd and harms nobody is no reason to reject.
func TestWhatHarmsNobodyIsAccepted(t *testing.T) {
	for _, h := range []struct {
		name string
		product
	}{
		{"media of those who are not behind a NAT pass by", product{off: []string{"WITH_RELAY"}}},
		// It relays by what it read in offers, and callers send past it.
		{"answers kept from rtpengine", edited(stock, answered, "if(status=~\"[12][0-9][0-9]\") {\n\t\txdbg(\"answer\\n\");\n")},
		// RFC 3261 §16.6 step 4: whether a proxy stays in the dialog is its choice.
		{"no Record-Route", edited(stock, "\t\trecord_route();\n\t}\n\n\t# account", "\t\txdbg(\"no\\n\");\n\t}\n\n\t# account")},
	} {
		t.Run(h.name, func(t *testing.T) {
			h.start(t)
			if err := steps.Verdict(accept(t, heard+",@id:reg.audio,@id:hold")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBrokenOnPurposeIsRejected(t *testing.T) {
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			b.start(t)
			b.expect(t, accept(t, b.tags))
		})
	}
}

func TestAnotherConfigurationIsSaidNotToFit(t *testing.T) {
	_, err := configure("interconnect.cfg")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(exit.Stderr), `want one line "route(PSTN);"`) {
		t.Errorf("got %v, want exit 1 with what is missing", err)
	}
}

func accept(t *testing.T, tags string) *record.Run {
	t.Helper()
	h, err := steps.New(steps.Suite{Profile: "site.yaml", Tags: tags})
	if err != nil {
		t.Fatal(err)
	}
	ctx := outsider.Context(t, 2*time.Minute)
	run, err := h.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	outsider.Tell(t, run)
	return run
}

// expect holds a run to have failed in the scenarios that are wanted alone,
// each for its cause.
func (b brokenProduct) expect(t *testing.T, run *record.Run) {
	t.Helper()
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
	got := map[string]record.Cause{}
	for _, s := range run.Scenarios {
		if s.Status != record.Failed {
			continue
		}
		for _, f := range run.Of(s.Index) {
			t.Logf("%s: %s: %s", s.ID, f.Cause, f.Why)
			if c, ok := got[s.ID]; ok && c != f.Cause {
				t.Errorf("%s: cause %s, and %s", s.ID, c, f.Cause)
			}
			got[s.ID] = f.Cause
		}
	}
	if !maps.Equal(got, b.want) {
		t.Errorf("got %v\nwant %v", got, b.want)
	}
}
