package site_test

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/internal/site"
)

// behind is a line of YAML behind a #; prose has one space after it.
var behind = regexp.MustCompile(`(?m)^#( {2,}|[^ ])`)

func TestNewProfileIsValidAsItStandsAndWithWhatStandsBehindItsComments(t *testing.T) {
	text, err := site.Start()
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Parse("site.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, real := s.Tested(); real || len(s.Trunks) != 3 || len(s.Accounts) != 3 {
		t.Errorf("got %+v, want one for the bundled switch", s)
	}
	if d := s.Plan().Errors(); len(d) > 0 {
		t.Errorf("its plan has errors: %v", d)
	}
	t.Setenv("RINGPROOF_PASSWORD_1001", "one")
	t.Setenv("RINGPROOF_PASSWORD_1002", "two")
	t.Setenv("RINGPROOF_PASSWORD_1003", "three")
	s, err = site.Parse("site.yaml", []byte(behind.ReplaceAllString(text, "$1")))
	if err != nil {
		t.Fatal(err)
	}
	if y, real := s.Tested(); !real || y.Domain != "pbx.example" || s.Options.PRACK == nil || s.Expect.Offline[1] != 404 {
		t.Errorf("got %+v, want what stands behind the comments", s)
	}
}

// at is where a test's phones stand.
func at(a string) func(netip.AddrPort) (netip.Addr, error) {
	return func(netip.AddrPort) (netip.Addr, error) { return netip.ParseAddr(a) }
}

func TestProfileFromOneLine(t *testing.T) {
	text, env, err := site.StartFrom("tcp:192.0.2.1/pbx.example 1001,1102=+4930100,o'neil", at("192.0.2.77"))
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/start-from.yaml", text)
	want := []string{"RINGPROOF_PASSWORD_1001", "RINGPROOF_PASSWORD_1102", "RINGPROOF_PASSWORD_O_NEIL"}
	if !slices.Equal(env, want) {
		t.Errorf("got variables %v, want %v", env, want)
	}
	for _, name := range env {
		t.Setenv(name, "secret")
	}
	s, err := site.Parse("site.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	y, real := s.Tested()
	if !real || y.SIP.String() != "tcp:192.0.2.1:5060" || y.Domain != "pbx.example" || s.Harness.Phones.String() != "192.0.2.77" {
		t.Errorf("got %+v at %s", y, s.Harness.Phones)
	}
	if len(s.Accounts) != 3 || s.Accounts[1].Dialled() != "+4930100" || s.Accounts[2].User != "o'neil" {
		t.Errorf("got accounts %+v", s.Accounts)
	}
}

func TestAccountThatStartsLikeAnEmergencyNumberIsPossible(t *testing.T) {
	t.Setenv("RINGPROOF_PASSWORD_1101", "secret")
	text, _, err := site.StartFrom("192.0.2.1 1101", at("192.0.2.77"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Parse("site.yaml", []byte(text))
	if err != nil || len(s.NeverDial) != 3 || !strings.Contains(text, "# 110 is left out: 1101 starts with it.") {
		t.Errorf("got %v, %v forbidden, from\n%s", err, s.NeverDial, text)
	}
}

func TestLineThatSaysTooLittleOrTheWrongThing(t *testing.T) {
	noRoute := func(netip.AddrPort) (netip.Addr, error) { return netip.Addr{}, errors.New("no route") }
	for line, want := range map[string]string{
		"":                           "want SERVER[/DOMAIN] USER[=NUMBER],...",
		"192.0.2.1":                  "want SERVER[/DOMAIN] USER[=NUMBER],...",
		"192.0.2.1 1 2 3":            "want SERVER[/DOMAIN] USER[=NUMBER],...",
		"pbx.example 1001":           `"pbx.example" is no SIP address`,
		"192.0.2.1 1001,":            "want USER or USER=NUMBER",
		"192.0.2.1 1001,1001":        "account 1001, or one whose password would have the same name, stands twice",
		"192.0.2.1 a.b,a-b":          "stands twice",
		"192.0.2.1 1001 nowhere":     `"nowhere" is no IP address of ours`,
		"192.0.2.1 1001":             "our address towards 192.0.2.1:5060 is not known (no route): say it as the third word",
		"192.0.2.1 1001 192.0.2.300": "no IP address of ours",
	} {
		if _, _, err := site.StartFrom(line, noRoute); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", line, err, want)
		}
	}
}

// What is to be filled in at a profile of phones is valid where it stands, and
// leaves nothing that a site of phones alone could prove without the means.
func TestProfileFromOneLineWithAllThatIsToBeFilledIn(t *testing.T) {
	text, _, err := site.StartFrom("192.0.2.1 1001,1002", at("192.0.2.77"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RINGPROOF_PASSWORD_1001", "RINGPROOF_PASSWORD_1002", "RINGPROOF_PASSWORD_ANOTHER"} {
		t.Setenv(name, "secret")
	}
	s, err := site.Parse("site.yaml", []byte(behind.ReplaceAllString(text, "$1")))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Harness.Intruder.IsValid() || len(s.Accounts) != 3 || s.Accounts[0].Ring == 0 || s.TestNumbers.Unallocated == "" || len(s.Waivers) != 1 || !s.Consent.Hostile {
		t.Errorf("got %+v", s)
	}
	if n := strings.Count(text, "FILL IN"); n != 6 {
		t.Errorf("%d places are marked, want the head's word on it and five", n)
	}
}
