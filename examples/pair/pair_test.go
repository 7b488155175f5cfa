package pair_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/process"
)

// needed skips the test where a half of the pair is missing.
func needed(t *testing.T) {
	t.Helper()
	outsider.Need(t, "kamailio")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cache, "ringproof", "asterisk-16", "usr", "sbin", "asterisk")); err != nil {
		outsider.Missing(t, "asterisk", err.Error()+": examples/asterisk/setup.sh makes it")
	}
}

// accept runs what the tags select, or the whole suite, on the pair that a
// profile starts.
func accept(t *testing.T, profile, tags string) *record.Run {
	t.Helper()
	pair, err := target.New(target.Config{Profile: profile}, process.Start)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	h, err := steps.New(steps.Suite{Profile: profile, Target: pair, Tags: tags, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	run, err := h.Run(outsider.Context(t, 4*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	outsider.Tell(t, run)
	return run
}

func TestThePairIsAccepted(t *testing.T) {
	needed(t)
	run := accept(t, "site.yaml", "")
	if err := steps.Verdict(run); err != nil {
		t.Error(err, failedIn(run))
	}
	answered := map[string]int{} // by whom the caller and who is called belongs to
	for _, a := range run.Attempts {
		if !a.Inbound && a.Final() == 200 {
			answered[a.From[:1]+" → "+a.To[:1]]++
		}
	}
	if answered["6 → 8"] < 20 || answered["8 → 6"] < 20 {
		t.Errorf("answered over the trunk: %v, want twenty each way at least", answered)
	}
}

// change is one change of a file.
type change struct{ file, old, new string }

// broken copies the example with changes in it.
func broken(t *testing.T, changes []change) (profile string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	start, err := filepath.Abs("../asterisk/start.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(changes, change{"site.yaml", "../asterisk/start.sh", start}) {
		file := filepath.Join(dir, c.file)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), c.old) {
			t.Fatalf("%s has no %q", c.file, c.old)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(b), c.old, c.new)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "site.yaml")
}

// failedIn gives what failed in a run, from which side and of what cause.
func failedIn(run *record.Run) (out []string) {
	for _, s := range run.Scenarios {
		if s.Status != record.Failed && s.Status != record.Flaky {
			continue
		}
		_, from, _ := strings.Cut(s.Name, " (from ")
		for _, f := range run.Of(s.Index) {
			if x := fmt.Sprintf("%s from %s: %s", s.ID, strings.TrimSuffix(from, ")"), f.Cause); !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

func TestABrokenPairIsRejected(t *testing.T) {
	needed(t)
	const talk = "@id:reg.audio"
	for _, c := range []struct {
		name    string
		changes []change
		tags    string
		want    []string
	}{
		{
			"Asterisk has no route back to Kamailio",
			[]change{{"etc/extensions.conf", "exten = _6X.,1,Gosub(call,s,1(PJSIP/${EXTEN}@kamailio))\n", ""}},
			talk,
			[]string{"reg.audio from kamailio: routing", "reg.audio from asterisk: routing"},
		},
		{
			"Kamailio sends 8… back to itself",
			[]change{{"kamailio.cfg", `$du = "sip:ASTERISK:5060";`, "route(ACCOUNTS);"}},
			talk,
			[]string{"reg.audio from kamailio: routing", "reg.audio from asterisk: routing"},
		},
		{
			"a digit is lost on the trunk, and the wrong camera answers",
			[]change{{"etc/extensions.conf", "PJSIP/${EXTEN}@gate", "PJSIP/98${EXTEN:3}0@gate"}},
			"@id:camera.prefix," + talk,
			[]string{"camera.prefix from kamailio: routing"},
		},
		{
			"Kamailio asks its phones for no password",
			[]change{{"kamailio.cfg", "route[AUTH] {\n", "route[AUTH] {\n\treturn;\n"}},
			"@id:wrong-password,@id:untrusted," + talk,
			[]string{"wrong-password from kamailio: authentication", "untrusted from kamailio: security"},
		},
		{
			"Asterisk trusts more addresses than Kamailio's",
			[]change{{"etc/pjsip.conf", "match = 127.0.0.131", "match = 127.0.0.131\nmatch = 127.0.0.134/31"}},
			"@id:untrusted," + talk,
			[]string{"untrusted from asterisk: security"},
		},
		{
			"the trunk has a codec that Kamailio's phones have not",
			[]change{{"etc/pjsip.conf", "[kamailio](trunk)\n", "[kamailio](trunk)\ndisallow = all\nallow = g722\n"}},
			talk,
			[]string{"reg.audio from kamailio: codec", "reg.audio from asterisk: codec"},
		},
		{
			"Asterisk tells the trunk a private address for its media",
			[]change{{"etc/pjsip.conf", "[kamailio](trunk)\n", "[kamailio](trunk)\nmedia_address = 10.0.0.1\nbind_rtp_to_media_address = no\n"}},
			talk,
			[]string{"reg.audio from kamailio: nat", "reg.audio from asterisk: nat"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := accept(t, broken(t, c.changes), c.tags)
			if got := failedIn(run); run.Verdict != record.NotAccepted || !slices.Equal(got, c.want) {
				t.Errorf("%s (%s), failed %q, want %q", run.Verdict, run.Why, got, c.want)
				for _, f := range run.Findings {
					t.Log(f.Cause, f.Why)
				}
			}
		})
	}
}
