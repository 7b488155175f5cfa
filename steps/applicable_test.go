package steps_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

const twoTrunks = trunks + "routes:\n  - {prefix: '6', targets: west}\n  - {prefix: '8', targets: east}\n"

// tagged is a suite of two busy calls, the second with these tags.
func tagged(tags string) fstest.MapFS {
	steps := "    Given a caller and a callee in peer-to-peer mode\n    And the callee is busy\n" +
		"    When the caller calls the callee\n    Then the callee's phone is reached\n" +
		"    And the caller is told that the callee is busy\n"
	text := "Feature: Two\n  @id:plain\n  Scenario: Plain\n" + steps + "  @id:special " + tags + "\n  Scenario: Special\n" + steps
	return fstest.MapFS{"two.feature": {Data: []byte(text)}}
}

// faced runs features with a profile, against the bundled switch with the same.
func faced(t *testing.T, text string, features fstest.MapFS, change ...func(*steps.Suite)) *record.Run {
	t.Helper()
	path := profile(t, text)
	return inMemory(t, "", func(s *steps.Suite, h *steps.Harness) {
		if h != nil {
			return
		}
		target, err := bundled.New(bundled.Config{Profile: path})
		if err != nil {
			t.Fatal(err)
		}
		s.Profile, s.Target = path, target
		if features != nil {
			s.Features = features
		}
		for _, f := range change {
			f(s)
		}
	})
}

func scenario(t *testing.T, run *record.Run, id string) record.Scenario {
	t.Helper()
	for _, s := range run.Scenarios {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no scenario %s in the record", id)
	return record.Scenario{}
}

func TestScenarioOfAFeatureThatIsNotOfferedIsNotApplicable(t *testing.T) {
	run := faced(t, twoTrunks+"options: {prack: false}\n", tagged("@option:prack"))
	if run.Verdict != record.Accepted || !strings.Contains(run.Why, "not applicable by the profile: special") {
		t.Errorf("verdict %s (%s), want %s that names the scenario", run.Verdict, run.Why, record.Accepted)
	}
	s := scenario(t, run, "special")
	if s.Status != record.Skipped || !s.NotApplicable || !strings.Contains(s.Why, "options.prack: false") {
		t.Errorf("got %+v, want it skipped with the option that is off", s)
	}
}

func TestALateCallIsNotApplicableWhereTheProfileNamesNoIdleTime(t *testing.T) {
	run := faced(t, twoTrunks+"accounts: [{user: '1001'}, {user: '1002'}]\n", nil, func(s *steps.Suite) { s.Tags = "@id:register.idle,@id:busy" })
	if s := scenario(t, run, "register.idle"); s.Status != record.Skipped || !s.NotApplicable || !strings.Contains(s.Why, "registration.idle") {
		t.Errorf("got %+v, want it skipped for want of registration.idle", s)
	}
	if run.Verdict != record.Accepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.Accepted)
	}
}

func TestScenarioOfAFeatureThatIsOfferedRuns(t *testing.T) {
	for _, options := range []string{"", "options: {prack: true, refer: false}\n"} {
		run := faced(t, twoTrunks+options, tagged("@option:prack"))
		if s := scenario(t, run, "special"); s.Status != record.Passed {
			t.Errorf("%q: %s (%s), want %s", options, s.Status, s.Why, record.Passed)
		}
	}
}

func TestRunInWhichNothingIsApplicableIsNotAccepted(t *testing.T) {
	run := faced(t, twoTrunks+"options: {prack: false}\n", tagged("@option:prack"), func(s *steps.Suite) { s.Tags = "@id:special" })
	if run.Verdict != record.Incomplete {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.Incomplete)
	}
}

func TestTagForAnOptionThatDoesNotExistIsWrongUse(t *testing.T) {
	target, err := bundled.New(bundled.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = steps.New(steps.Suite{Target: target, Features: tagged("@option:prick")})
	if err == nil || !strings.Contains(err.Error(), `no option "prick"`) {
		t.Errorf("got %v, want that there is no such option", err)
	}
}

// deaf is a network that loses every OPTIONS.
type deaf struct{ steps.Network }

func (d deaf) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := d.Network.ListenPacket(at)
	return deafConn{c}, err
}

type deafConn struct{ net.PacketConn }

func (c deafConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if strings.HasPrefix(string(b), "OPTIONS ") {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

func TestSystemThatIgnoresOPTIONSIsAcceptedWhereTheProfileSaysSo(t *testing.T) {
	ignoring := func(s *steps.Suite) { s.Network = deaf{memnet.New()} }
	run := faced(t, twoTrunks+"options: {options_ping: false}\n", tagged(""), ignoring)
	if err := steps.Verdict(run); err != nil {
		t.Error(err)
	}
	if s := scenario(t, run, "reach"); s.Status != record.Skipped || !s.NotApplicable {
		t.Errorf("reach: %s (%s), want it left to the first call", s.Status, s.Why)
	}
	run = faced(t, twoTrunks, tagged(""), ignoring)
	if s := scenario(t, run, "reach"); run.Verdict != record.NotAccepted || s.Status != record.Failed {
		t.Errorf("verdict %s, reach %s: want it rejected where the profile says nothing", run.Verdict, s.Status)
	}
}

// nobody is a target that never answers.
type nobody struct{}

func (nobody) Name() string               { return "nobody" }
func (nobody) Stop(context.Context) error { return nil }
func (nobody) Start(context.Context, steps.Surroundings) (steps.Endpoint, error) {
	return steps.Endpoint{Transport: "udp", Addr: netip.MustParseAddrPort("127.0.0.99:5060")}, nil
}

func TestSilentSystemThatWasNotAskedIsRejectedAtTheFirstCall(t *testing.T) {
	run := faced(t, twoTrunks+"options: {options_ping: false}\n", tagged(""), func(s *steps.Suite) { s.Target = nobody{} })
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
	if s := scenario(t, run, "special"); s.Status != record.NotRun || !strings.Contains(s.Why, "no answer to the first call") {
		t.Errorf("the second scenario: %s (%s), want it not run for that", s.Status, s.Why)
	}
	for _, c := range run.Checks {
		if c.ID == "system.answers" && c.Verdict == record.Fail {
			return
		}
	}
	t.Errorf("checks %+v, want a failed system.answers", run.Checks)
}

func TestHostileScenarioNeedsConsentOfARealSystem(t *testing.T) {
	const real = "systems:\n  - {name: pbx, under_test: true, sip: '127.0.0.1:5060'}\n"
	fixed := strings.ReplaceAll(twoTrunks, ":0'", ":5060'")
	run := faced(t, fixed+real, tagged("@hostile"))
	if s := scenario(t, run, "special"); s.Status != record.Skipped || s.NotApplicable || !strings.Contains(s.Why, "consent.hostile") {
		t.Errorf("without consent: %s (%s), want it skipped for that", s.Status, s.Why)
	}
	if run.Verdict != record.Incomplete {
		t.Errorf("verdict %s, want %s: something is not proved", run.Verdict, record.Incomplete)
	}
	run = faced(t, fixed+real+"consent: {hostile: true, by: the owner}\n", tagged("@hostile"))
	if s := scenario(t, run, "special"); s.Status != record.Passed {
		t.Errorf("with consent: %s (%s), want %s", s.Status, s.Why, record.Passed)
	}
	run = faced(t, twoTrunks, tagged("@hostile"))
	if s := scenario(t, run, "special"); s.Status != record.Passed {
		t.Errorf("the bundled switch: %s (%s), want %s", s.Status, s.Why, record.Passed)
	}
}

func TestWhatASiteHasNotByIntentIsNotApplicable(t *testing.T) {
	const phones = "version: 1\nname: Phones\nharness: {phones: 127.0.0.21, intruder: 127.0.0.22}\naccounts:\n  - {user: '1001'}\n  - {user: '1002'}\n  - {user: '1003'}\ntest_numbers: {unallocated: '1999'}\n"
	run := faced(t, phones+"without: [trunks, gateways, ring]\n", nil)
	if run.Verdict != record.Accepted || !strings.Contains(run.Why, "; not applicable by the profile: 45 for without: trunks, ") {
		t.Errorf("verdict %s (%s), want %s that counts what is not applicable, for it is much", run.Verdict, run.Why, record.Accepted)
	}
	few := fstest.MapFS{"few.feature": {Data: []byte(`Feature: Few
  @id:two
  Scenario Outline: Two rows, in <mode> mode
    Given a caller and a callee in <mode> mode

    Examples:
      | mode         |
      | peer-to-peer |
      | registration |

  @id:none
  Scenario: Of trunks alone
    Given a caller and a callee in peer-to-peer mode
`)}}
	run = faced(t, phones+"without: [trunks]\n", few)
	if want := "; not applicable by the profile: two (in peer-to-peer mode), none"; !strings.Contains(run.Why, want) {
		t.Errorf("%s: want %q in it", run.Why, want)
	}
	run = faced(t, phones, nil)
	if run.Verdict != record.Incomplete {
		t.Errorf("where the profile says nothing: verdict %s (%s), want %s", run.Verdict, run.Why, record.Incomplete)
	}
}

func TestSuccessToldAtOnceIsNotHeldAgainstASystemWhoseProfileSaysSo(t *testing.T) {
	const phones = "version: 1\nname: Phones\nharness: {phones: 127.0.0.21}\naccounts:\n  - {user: '1001'}\n  - {user: '1002'}\n  - {user: '1003'}\nwithout: [trunks]\n"
	for text, want := range map[string]record.Verdict{
		phones: record.NotAccepted,
		phones + "options: {transfer_result: false}\n": record.Accepted,
	} {
		run := faced(t, text, nil, func(s *steps.Suite) {
			target, err := bundled.New(bundled.Config{Profile: s.Profile, Defect: "transfer-told-early"})
			if err != nil {
				t.Fatal(err)
			}
			s.Target, s.Tags = target, "@id:transfer"
		})
		if run.Verdict != want {
			t.Errorf("verdict %s (%s), want %s with %s", run.Verdict, run.Why, want, text)
		}
	}
}

// Whoever has filled in too little is told which field is missing, by the name
// that it has in docs/site-profile.md.
func TestWhatIsNotProvedNamesTheFieldToFillIn(t *testing.T) {
	doc, err := os.ReadFile("../docs/site-profile.md")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`fill in (?:another of )?([a-z_]+)(\[\])?(\.[a-z_]+)?`)
	known := func(list, several, name string) bool {
		for _, form := range []string{list + several + "`", list + name + "`"} {
			if !strings.Contains(string(doc), "\n| `"+form) {
				continue
			}
			bare := strings.TrimPrefix(name, ".")
			return name == "" || strings.Contains(string(doc), "`"+name+"`") || strings.Contains(string(doc), "`"+bare+"`") || form == list+name+"`"
		}
		return false
	}
	fixed := strings.ReplaceAll(twoTrunks, ":0'", ":5060'")
	for name, text := range map[string]string{
		"phones alone": "version: 1\nname: Phones\nharness: {phones: 127.0.0.21}\naccounts:\n  - {user: '1001'}\n  - {user: '1002'}\n",
		"two trunks":   fixed,
		"a branch":     fixed + "accounts:\n  - {user: '1001'}\n  - {user: '+4930200', branch: hall, numbers: +4930201-4930202}\n",
		"real":         fixed + "systems:\n  - {name: pbx, under_test: true, sip: '127.0.0.1:5060'}\n",
	} {
		said := 0
		run := faced(t, text, nil)
		for _, s := range run.Scenarios {
			if s.Status != record.Skipped || s.NotApplicable {
				continue
			}
			m := field.FindStringSubmatch(s.Why)
			if said++; m == nil || !known(m[1], m[2], m[3]) {
				t.Errorf("%s: %s is skipped for %q, which names no field", name, s.ID, s.Why)
			}
		}
		if said < 5 {
			t.Errorf("%s: %d were skipped: this proves too little", name, said)
		}
	}
}
