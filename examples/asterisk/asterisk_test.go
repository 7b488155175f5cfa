package asterisk_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
)

// asterisk starts the Asterisk of setup.sh with the configuration of a
// directory, and waits until it answers.
func asterisk(t *testing.T, etc string) {
	t.Helper()
	if why := missing(); why != "" {
		outsider.Missing(t, "asterisk", why)
	}
	const at = "127.0.0.91:5060"
	options := outsider.Options("127.0.0.91")
	outsider.Free(t, at, options) // start.sh waits for one that runs
	outsider.Start(t, exec.Command("./start.sh", etc)).Answers(at, options, 30*time.Second)
}

// missing tells why Asterisk cannot be started here.
func missing() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err.Error()
	}
	if os.Getuid() != 0 {
		return "a chroot needs root"
	}
	if _, err := os.Stat(filepath.Join(cache, "ringproof", "asterisk-16", "usr", "sbin", "asterisk")); err != nil {
		return err.Error() + ": examples/asterisk/setup.sh makes it"
	}
	return ""
}

// accept runs what the tags select, or the whole suite.
func accept(t *testing.T, tags string) *record.Run {
	t.Helper()
	return acceptAt(t, "site.yaml", tags)
}

func acceptAt(t *testing.T, profile, tags string) *record.Run {
	t.Helper()
	h, err := steps.New(steps.Suite{Profile: profile, Tags: tags})
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

func TestAsteriskIsAccepted(t *testing.T) {
	asterisk(t, "etc")
	if err := steps.Verdict(accept(t, "")); err != nil {
		t.Error(err)
	}
}

// What Asterisk asks within a call goes over the transport of its endpoint, UDP
// here, whatever the call came over and its Contact says.
func TestAsteriskIsAcceptedOverTCP(t *testing.T) {
	const both = "[tcp]\ntype = transport\nprotocol = tcp\nbind = 127.0.0.91:5060\n\n[udp]\n"
	asterisk(t, changed(t, []change{{"pjsip.conf", "[udp]\n", both}}))
	tags := ids("peer.audio", "reg.audio", "both-modes", "delayed-offer", "hold", "session.refresh", "load.peer", "load.voices", "load.registration")
	if err := steps.Verdict(acceptAt(t, outsider.OverTCP(t), tags)); err != nil {
		t.Error(err)
	}
}

// Media straight from party to party is what chan_pjsip does if nothing is
// said, and no worse than what this folder has.
func TestAsteriskThatLeavesTheMediaIsAccepted(t *testing.T) {
	asterisk(t, changed(t, []change{{"pjsip.conf", "direct_media = no", "direct_media = yes"}}))
	if err := steps.Verdict(accept(t, ids("peer.audio", "reg.audio", "media.lasts", "hold", "both-modes", "camera.prefix"))); err != nil {
		t.Error(err)
	}
}

// change is one change of a configuration file.
type change struct{ file, old, new string }

// changed copies the configuration with changes in it.
func changed(t *testing.T, changes []change) (etc string) {
	t.Helper()
	etc = t.TempDir()
	if err := os.CopyFS(etc, os.DirFS("etc")); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		file := filepath.Join(etc, c.file)
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
	return etc
}

// ids selects scenarios by their ids.
func ids(id ...string) string { return "@id:" + strings.Join(id, ",@id:") }

type failures map[string]record.Cause

func TestBrokenAsteriskIsRejected(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []change
		tags    string
		want    failures
	}{
		{
			"the route has no second target",
			[]change{{"extensions.conf", "(${EXTEN},2,second)", "(${EXTEN},2)"}},
			ids("fallback", "fallback.refused"),
			failures{"fallback": record.CauseRouting, "fallback.refused": record.CauseRouting},
		},
		{
			"a second target is shown the number as the first is",
			[]change{{"extensions.conf", "same = n,Set(CALLERID(num)=${caller})", "same = n,NoOp()"}},
			ids("fallback", "fallback.form"),
			failures{"fallback.form": record.CauseRouting},
		},
		{
			"a prefix leads elsewhere",
			[]change{{"extensions.conf", "_6XXX,1,Gosub(to-west", "_6XXX,1,Gosub(to-east"}},
			ids("peer.audio"),
			failures{"peer.audio": record.CauseRouting},
		},
		{
			"a whole network is taken for a trunk",
			[]change{
				{"pjsip.conf", "match = 127.0.0.92", "match = 127.0.0.0/24"},
				{"pjsip.conf", "endpoint_identifier_order = ip,username", "endpoint_identifier_order = username,ip"}, // or no phone could register
			},
			ids("untrusted", "untrusted.forged"),
			failures{"untrusted": record.CauseSecurity, "untrusted.forged": record.CauseSecurity},
		},
		{
			"accounts without authentication",
			[]change{{"pjsip.conf", "auth = ", ";auth = "}},
			ids("wrong-password", "reg.identity-theft", "reg.unproved"),
			failures{"wrong-password": record.CauseAuthentication, "reg.identity-theft": record.CauseSecurity, "reg.unproved": record.CauseSecurity},
		},
		{
			"one account without authentication",
			[]change{{"pjsip.conf", "auth = 2000", ";auth = 2000"}},
			ids("wrong-password", "reg.identity-theft", "reg.unproved"),
			failures{"reg.unproved": record.CauseSecurity},
		},
		{
			"no trunk is asked whether it is there",
			[]change{{"pjsip.conf", "qualify_frequency = 1 ", "qualify_frequency = 0 "}},
			ids("fallback.down"),
			failures{"fallback.down": record.CauseRouting},
		},
		{
			"a phone that moves may not",
			[]change{{"pjsip.conf", "remove_existing = yes", "remove_existing = no"}},
			ids("register.moved"),
			failures{"register.moved": record.CauseRegistration},
		},
		{
			"no codec in common",
			[]change{{"pjsip.conf", "allow = ulaw,alaw,h264", "allow = g722"}},
			ids("peer.audio", "reg.audio"),
			failures{"peer.audio": record.CauseCodec, "reg.audio": record.CauseCodec},
		},
		{
			"another address in the SDP, as behind a NAT",
			[]change{{"pjsip.conf", "protocol = udp", "protocol = udp\nlocal_net = 127.0.0.91/32\nexternal_media_address = 127.0.0.98"}},
			ids("peer.audio"),
			failures{"peer.audio": record.CauseMedia},
		},
		{
			"phones are sent to another address for media",
			[]change{{"pjsip.conf", "identify_by = ", "media_address = 127.0.0.98\nidentify_by = "}},
			ids("both-modes"),
			failures{"both-modes": record.CauseMedia},
		},
		{
			"the way back is missing",
			[]change{{"extensions.conf", "exten = _6XXX", ";exten = _6XXX"}},
			ids("peer.audio"),
			failures{"peer.audio": record.CauseRouting},
		},
		{
			"a trusted trunk is not told who calls",
			[]change{{"pjsip.conf", "send_pai = yes", "send_pai = no"}},
			ids("identity.caller", "identity.kept-private"),
			failures{"identity.caller": record.CauseSignalling},
		},
		{
			"the wish to stay unknown is not heeded",
			[]change{{"extensions.conf", "Set(CALLERID(pres)=prohib)", "NoOp()"}},
			ids("identity.anonymous"),
			failures{"identity.anonymous": record.CauseSecurity},
		},
		{
			"a digit is stripped on the way to the cameras",
			[]change{{"extensions.conf", "PJSIP/${EXTEN}@gate", "PJSIP/${EXTEN:1}@gate"}},
			ids("camera.prefix"),
			failures{"camera.prefix": record.CauseRouting},
		},
		{
			"the picture of another camera",
			[]change{{"extensions.conf", "PJSIP/${EXTEN}@gate", "PJSIP/94000${EXTEN:5}@gate"}},
			ids("camera.prefix", "camera.last"),
			failures{"camera.prefix": record.CauseRouting, "camera.last": record.CauseRouting},
		},
		{
			"a dialplan that ends after Dial",
			[]change{{"extensions.conf", "same = n,Hangup(${HANGUPCAUSE})", "same = n,Goto(over,s,1)"}, {"extensions.conf", "[call]", "[over]\nexten = s,1,NoOp()\n\n[call]"}},
			ids("busy", "rejected", "codec.none", "camera.unmapped"),
			failures{"rejected": record.CauseSignalling, "codec.none": record.CauseSignalling, "camera.unmapped": record.CauseSignalling},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			asterisk(t, changed(t, c.changes))
			expect(t, accept(t, c.tags), c.want)
		})
	}
}

// expect holds a run to have failed in these scenarios alone, each for its
// cause.
func expect(t *testing.T, run *record.Run, want failures) {
	t.Helper()
	if run.Verdict != record.NotAccepted {
		t.Errorf("verdict %s (%s), want %s", run.Verdict, run.Why, record.NotAccepted)
	}
	got := failures{}
	for _, s := range run.Scenarios {
		if s.Status != record.Failed {
			continue
		}
		for _, f := range run.Of(s.Index) {
			if old, seen := got[s.ID]; seen && old != f.Cause {
				t.Errorf("%s: causes %s and %s", s.ID, old, f.Cause)
			}
			got[s.ID] = f.Cause
			if f.Cause != want[s.ID] {
				t.Errorf("%s: %s: %s", s.ID, f.Cause, f.Why)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("failed: %v, want %v", got, want)
	}
}
