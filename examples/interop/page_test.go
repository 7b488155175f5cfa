package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ringproof/reports/record"
)

// What a profile waives or says is not offered stands in the table of its
// page, and each row names where that may be read.
func TestWhatIsNotAskedIsExplained(t *testing.T) {
	waiver := regexp.MustCompile(`\{scenario: ([a-z.-]+),`)
	option := regexp.MustCompile(`(?m)^  ([a-z_]+): false`)
	without := regexp.MustCompile(`(?m)^without: \[([a-z, ]+)\]`)
	for _, s := range systems {
		profile, err := os.ReadFile(filepath.Join("..", s.example, "site.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := section(filepath.Join("..", s.example, "README.md"), notAsked)
		if err != nil {
			t.Error(err)
			continue
		}
		var want []string
		for _, m := range waiver.FindAllStringSubmatch(string(profile), -1) {
			want = append(want, "`"+m[1]+"`")
		}
		for _, m := range option.FindAllStringSubmatch(string(profile), -1) {
			want = append(want, "`options."+m[1]+"`")
		}
		for _, m := range without.FindAllStringSubmatch(string(profile), -1) {
			for _, x := range strings.Split(m[1], ", ") {
				want = append(want, x+"`")
			}
		}
		if !strings.Contains(string(profile), "\n  idle: ") {
			want = append(want, "`register.idle`")
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the page does not say why %s is not asked", s.example, w)
			}
		}
		for _, row := range strings.Split(text, "\n") {
			if cells := strings.Split(row, "|"); strings.HasPrefix(row, "| ") && (len(cells) != 5 || strings.TrimSpace(cells[3]) == "") {
				t.Errorf("%s: %q has no source", s.example, row)
			}
		}
	}
}

func TestNameOfATestIsReadable(t *testing.T) {
	for name, want := range map[string]string{
		"TestWithoutNATHandlingIsRejected":                "without NAT handling",
		"TestATrunkPeerBehindAMappingIsAccepted":          "a trunk peer behind a mapping",
		"TestKamailioWithoutAuthenticationIsRejected":     "Kamailio without authentication",
		"TestBrokenAsteriskIsRejected/no_codec_in_common": "no codec in common",
	} {
		if got := words(name); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A sound system that is rejected, a broken one that is not, and one that was
// not asked are all wrong.
func TestWrongVerdictsAreCounted(t *testing.T) {
	of := func(v record.Verdict) ran { return ran{systems[0], &record.Run{Verdict: v}} }
	p := page{
		runs:    []ran{of(record.Accepted), of(record.Incomplete), of(record.NotAccepted), of(record.Invalid), of(record.Interrupted)},
		missing: []string{"asterisk-22: no mirror"},
		broken:  []breakage{{"a", "b", "REJECTED", asItShould}, {"a", "c", "ACCEPTED", "**no**"}, {"a", "d", "", "NOT RUN"}},
	}
	if got := p.wrong(); got != 6 {
		t.Errorf("got %d, want 6", got)
	}
}

func TestPageHasEachScenarioOfEachSystem(t *testing.T) {
	s := func(id string, status record.Status, why string) record.Scenario {
		return record.Scenario{ID: id, Try: 1, Status: status, Why: why}
	}
	skipped := s("register.bulk", record.Skipped, "not applicable: by the profile")
	skipped.NotApplicable = true
	one := &record.Run{Verdict: record.Incomplete, Scenarios: []record.Scenario{
		s("peer.audio", record.Passed, ""), s("peer.audio", record.Failed, "one-way audio"), s("hold", record.Skipped, "unprovable: no phone"), skipped,
	}}
	t.Chdir("../..")
	var b bytes.Buffer
	if err := (page{runs: []ran{{systems[0], one}}, missing: []string{"asterisk-22: no mirror"}}).print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| INCOMPLETE | 1 | 1 | 1 | 0 |", "| `peer.audio` | 1 **1 failed** |", "| `hold` | (1) |", "| `register.bulk` | – |",
		"- `peer.audio`, failed: one-way audio", "- `hold`, skipped: unprovable: no phone", "Not run: asterisk-22: no mirror", "dispatcher",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
