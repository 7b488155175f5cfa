package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/internal/site"
)

// written gives a plan in words.
func written(p site.Plan) string {
	var b strings.Builder
	for _, n := range p.Numbers {
		fmt.Fprintf(&b, "numbers: %s | %s | %s\n", n.Numbers, n.Owner, n.Leads)
	}
	for _, c := range p.Configure {
		fmt.Fprintf(&b, "configure: %s | %s | %s\n", c.Kind, c.What, c.Note)
	}
	for _, f := range p.Flows {
		fmt.Fprintf(&b, "flow: %s %s → %s %s | %s %s | %s\n", f.From, f.FromAddr, f.To, f.ToAddr, f.Protocol, f.Ports, f.Purpose)
	}
	for _, f := range p.Findings {
		kind := "remark"
		if f.Error {
			kind = "error"
		}
		fmt.Fprintf(&b, "%s: %s\n", kind, f.Text)
	}
	return b.String()
}

// One file a plan; what must be said of it stands beside it.
func TestPlans(t *testing.T) {
	t.Chdir("testdata")
	t.Setenv("RINGPROOF_TEST_PASSWORD", "from the environment")
	files, err := filepath.Glob("plan-*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d profiles, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(f, ".yaml"), func(t *testing.T) {
			s, err := site.Load(f)
			if err != nil {
				t.Fatal(err)
			}
			p := s.Plan()
			if wrong := strings.HasPrefix(f, "plan-wrong-"); wrong != (len(p.Errors()) > 0) {
				t.Errorf("errors %v, want some: %v", p.Errors(), wrong)
			}
			golden.Compare(t, strings.TrimSuffix(f, ".yaml")+".txt", written(p))
		})
	}
}

func TestDemoAndExamplesHaveNoErrorInTheirPlan(t *testing.T) {
	demo, err := site.Demo()
	if err != nil {
		t.Fatal(err)
	}
	const example = "../../examples/kamailio/site.yaml"
	if _, err := os.Stat(example); err != nil {
		t.Fatal(err)
	}
	kamailio, err := site.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*site.Site{demo, kamailio} {
		if wrong := s.Plan().Errors(); len(wrong) > 0 {
			t.Errorf("%s: %v", s.Name, wrong)
		}
	}
}
