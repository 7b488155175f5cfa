package site_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/internal/site"
	"ringproof/internal/strictyaml"
)

// One file a fault; what must be said of it stands beside it.
func TestEveryFaultIsReportedAtItsLine(t *testing.T) {
	t.Chdir("testdata")
	t.Setenv("RINGPROOF_TEST_PASSWORD", "from the environment")
	files, err := filepath.Glob("invalid-*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("found %d profiles, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(f, "invalid-"), ".yaml"), func(t *testing.T) {
			s, err := site.Load(f)
			var faults *strictyaml.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %+v, %v; want faults", s, err)
			}
			golden.Compare(t, strings.TrimSuffix(f, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func TestMissingFileIsNoFault(t *testing.T) {
	_, err := site.Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func load(t *testing.T, name string) *site.Site {
	t.Helper()
	s, err := site.Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPhonesAloneAreEnough(t *testing.T) {
	s := load(t, "valid-phones.yaml")
	if _, real := s.Tested(); real {
		t.Error("without systems the bundled switch is tested")
	}
	secrets := s.Secrets()
	if len(secrets) != 2 || len(secrets[0]) < 16 || secrets[0] == secrets[1] {
		t.Errorf("got passwords %q, want two made up ones", secrets)
	}
	if secrets[0] != s.Accounts[0].Password || s.Accounts[0].Dialled() != "1001" {
		t.Errorf("got account %+v", s.Accounts[0])
	}
	if again := load(t, "valid-phones.yaml"); again.Accounts[0].Password == secrets[0] {
		t.Error("a made up password came twice")
	}
}

func TestTrunksAloneAreEnough(t *testing.T) {
	s := load(t, "valid-trunks.yaml")
	east, ok := s.Trunk("east")
	if !ok || east.Address != netip.MustParseAddrPort("127.0.0.12:5060") || east.Numbers.At(99) != "+49899" {
		t.Errorf("got trunk %+v, %v", east, ok)
	}
	if _, ok := s.Trunk("south"); ok {
		t.Error("got a trunk south")
	}
	if got := s.Secrets(); len(got) != 0 {
		t.Errorf("got passwords %q, want none", got)
	}
	for number, want := range map[string]bool{"6000": true, "6100": false, "+49850": true, "49850": false, "": false} {
		if got := s.Plays(number); got != want {
			t.Errorf("plays %q: got %v, want %v", number, got, want)
		}
	}
}

func TestWhatIsNotSaidHasItsDefault(t *testing.T) {
	s := load(t, "valid-trunks.yaml")
	if !slices.Equal(s.Expect.Busy, []int{486, 600}) || !slices.Equal(s.Expect.WrongPassword, []int{401, 403, 407}) || !slices.Equal(s.Expect.Cancelled, []int{487}) ||
		!slices.Equal(s.Expect.Rejected, []int{603}) || !slices.Equal(s.Expect.NoAnswer, []int{408, 480}) {
		t.Errorf("got %+v", s.Expect)
	}
	const five = 5 * time.Second
	if want := (site.Thresholds{Answer: five, Voice: five, Picture: five, Release: five, Fallback: five, Delay: 400 * time.Millisecond, Loss: 5, Load: site.LoadThresholds{PDD: 6 * time.Second}}); s.Thresholds != want {
		t.Errorf("got %+v, want %+v", s.Thresholds, want)
	}
	if got := s.Routes[0].Guard; got != 4*time.Second {
		t.Errorf("guard: got %v, want 4s", got)
	}
}

func TestRealSystem(t *testing.T) {
	t.Setenv("RINGPROOF_TEST_PASSWORD", "from the environment")
	s := load(t, "valid-real.yaml")
	y, real := s.Tested()
	if !real || y.SIP.String() != "udp:192.0.2.1:5060" || y.Domain != "example.test" || y.Product != "A PBX 1.2" {
		t.Errorf("got %+v, %v", y, real)
	}
	if want := []string{"from the environment", "from a file"}; !slices.Equal(s.Secrets(), want) {
		t.Errorf("got passwords %q, want %q", s.Secrets(), want)
	}
	if got := s.Accounts[0].Dialled(); got != "+4930100" {
		t.Errorf("got number %q", got)
	}
	if !s.Plays("+4930100") || s.Plays("1001") {
		t.Error("an account with a number of its own is reached by that alone")
	}
	if !slices.Equal(s.Expect.Busy, []int{486}) || s.Thresholds.Voice != 2*time.Second || s.Thresholds.Answer != 5*time.Second {
		t.Errorf("what is said must hold: got %+v, %+v", s.Expect, s.Thresholds)
	}
	if codes, preset := s.Expect.Of("busy"); !slices.Equal(codes, []int{486}) || preset != "" {
		t.Errorf("busy: got %v by the preset %q, want 486 by the profile itself", codes, preset)
	}
	if codes, preset := s.Expect.Of("cancelled"); !slices.Equal(codes, []int{487}) || preset != site.Any {
		t.Errorf("cancelled: got %v by the preset %q, want 487 by %q", codes, preset, site.Any)
	}
}

func TestDemoIsValidAndKeepsToTheLoopback(t *testing.T) {
	s, err := site.Demo()
	if err != nil {
		t.Fatal(err)
	}
	if _, real := s.Tested(); real {
		t.Error("the demo is to test the bundled switch")
	}
	if len(s.Trunks) < 2 || len(s.Accounts) < 2 || len(s.NeverDial) == 0 {
		t.Errorf("got %d trunks, %d accounts, %d forbidden prefixes", len(s.Trunks), len(s.Accounts), len(s.NeverDial))
	}
	for _, x := range s.Trunks {
		if !x.Address.Addr().IsLoopback() || x.Address.Port() != 0 {
			t.Errorf("trunk %s at %s: want a free port of the loopback", x.Name, x.Address)
		}
	}
	if !s.Harness.Phones.IsLoopback() {
		t.Errorf("phones at %s", s.Harness.Phones)
	}
}

func TestGateway(t *testing.T) {
	s := load(t, "valid-gateways.yaml")
	g, ok := s.Gateway("gate")
	if !ok || g.Cameras.Len() != 50000 || len(g.Offline) != 2 || g.Unmapped[0].At(0) != "34020000001320050001" {
		t.Fatalf("got %+v, %v", g, ok)
	}
	if _, ok := s.Gateway("west"); ok {
		t.Error("a trunk is no gateway")
	}
	for _, c := range []struct {
		i         uint64
		backwards bool
		want      string
		ok        bool
	}{
		{0, false, "34020000001320000002", true},
		{0, true, "34020000001320049998", true},
		{49996, false, "34020000001320049998", true},
		{49997, false, "", false},
	} {
		if got, ok := g.Online(c.i, c.backwards); got != c.want || ok != c.ok {
			t.Errorf("camera %d, backwards %v: got %q, %v; want %q, %v", c.i, c.backwards, got, ok, c.want, c.ok)
		}
	}
}

// A directory of recordings may be a link, and is the same by both names.
func TestDirectoryOfRecordingsIsKnownBehindALink(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "voice.wav"), nil, 0o600),
		os.Mkdir(filepath.Join(dir, "kept"), 0o700),
		os.Symlink("kept", filepath.Join(dir, "link")),
	)
	if err != nil {
		t.Fatal(err)
	}
	profile := "version: 1\nname: Test\nharness: {phones: 127.0.0.21}\naccounts:\n" +
		"  - {user: '1031', played_by: real, phone: {plays: voice.wav, records: link}}\n"
	s, err := site.Parse(filepath.Join(dir, "site.yaml"), []byte(profile))
	if err != nil || s.Real[0].Phone.Records != filepath.Join(dir, "link") {
		t.Errorf("got %+v, %v", s, err)
	}
	profile += "  - {user: '1032', played_by: real, phone: {plays: voice.wav, records: kept}}\n"
	if _, err := site.Parse(filepath.Join(dir, "site.yaml"), []byte(profile)); err == nil || !strings.Contains(err.Error(), `has what account "1031" keeps`) {
		t.Errorf("got %v", err)
	}
}
