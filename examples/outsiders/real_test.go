package outsiders_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/refswitch"
	"ringproof/reports/record"
	"ringproof/steps"
)

// The phones of site.yaml: what they say is heard, and what they record holds
// our voices.
func TestRealPhones(t *testing.T) {
	run := realPhones(t, refswitch.Config{})
	if run.Verdict != record.Accepted {
		t.Errorf("%s (%s)", run.Verdict, run.Why)
	}
	heard := map[string]int{}
	for _, x := range run.Testimonies {
		t.Logf("%s heard %s for %s of %s: %v", x.Product, x.Voice, time.Duration(x.Heard), time.Duration(x.Took), x.Files)
		heard[x.Product]++
	}
	if heard["Linphone 5.1"] != 2 || heard["baresip 1.0"] != 2 {
		t.Errorf("testimonies of %v, want two of each", heard)
	}
}

// A relay that no phone's voice comes through is noticed by what they recorded.
func TestRealPhonesWithoutMediaAreNoticed(t *testing.T) {
	run := realPhones(t, refswitch.Config{Defect: "one-way-account"})
	if run.Verdict != record.NotAccepted || len(run.Findings) == 0 {
		t.Fatalf("%s (%s)", run.Verdict, run.Why)
	}
	for _, f := range run.Findings {
		if f.Check != "phone.hears" || f.Cause != record.CauseMedia {
			t.Errorf("%s: %s: %s", f.Check, f.Cause, f.Why)
		}
	}
}

func realPhones(t *testing.T, cfg refswitch.Config) *record.Run {
	t.Helper()
	outsider.Need(t, "linphonec")
	outsider.Need(t, "baresip")
	t.Setenv("RINGPROOF_PASSWORD", "pass-1001")
	ns, dir := namespace(t), t.TempDir()
	profile, err := os.ReadFile("site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "site.yaml"), profile, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"linphone", "baresip"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Listen, cfg.Domain = netip.MustParseAddrPort(near+":5070"), near+":5070"
	cfg.Trunks = []refswitch.Trunk{{Name: "west", Address: netip.MustParseAddrPort(also + ":5070")}}
	cfg.Routes = []refswitch.Route{{Prefix: "6", Targets: []string{"west"}}}
	for _, name := range []string{"1031", "1041"} {
		cfg.Accounts = append(cfg.Accounts, refswitch.Account{User: name, Password: "pass-" + name, Algorithms: []string{"MD5"}})
	}
	sw, p := open(t, cfg, near)
	linphone(t, filepath.Join(dir, "linphone"), near, sw.Addr().String(), user{"1031", 7}, "")
	baresip(t, ns, filepath.Join(dir, "baresip"), sw.Addr().String(), user{"1041", 9})
	ctx := outsider.Context(t, time.Minute)
	bound(ctx, t, p, "1031")
	bound(ctx, t, p, "1041")
	if f, err := p.Remove(ctx, false); err != nil || f.Code != 200 { // the run has a phone of its own there
		t.Fatalf("not removed: %d, %v", f.Code, err)
	}

	suite := steps.Suite{Profile: filepath.Join(dir, "site.yaml"), Tags: "@real"}
	if cfg.Defect == "" {
		suite.Out = os.Getenv("RINGPROOF_OUT") // of `make interop`
	}
	h, err := steps.New(suite)
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	outsider.Tell(t, run)
	return run
}
