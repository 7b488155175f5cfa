package diagnosis_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"ringproof/internal/check"
	"ringproof/internal/golden"
	"ringproof/reports/diagnosis"
	"ringproof/reports/record"
)

func leg(party, to string, outcome record.Outcome, codes ...int) *record.Attempt {
	a := &record.Attempt{Party: party, From: "6000", To: to, Outcome: outcome}
	for _, c := range codes {
		a.Responses = append(a.Responses, record.Response{Code: c})
	}
	return a
}

func cancelling(a *record.Attempt) *record.Attempt {
	a.CancelAt = 1
	return a
}

func in(a *record.Attempt) *record.Attempt {
	a.Inbound = true
	return a
}

func cancelled(a *record.Attempt, at int64, code int) *record.Attempt {
	a.CancelAt, a.CancelCode = at, code
	return a
}

func refused(a *record.Attempt) *record.Attempt {
	a.Refused, a.Error = true, "port closed"
	return a
}

func stream(party string, remote string, sent, received int) *record.Stream {
	s := &record.Stream{Party: party, Local: netip.MustParseAddrPort("192.0.2.11:4000"), Sent: sent, Received: received}
	if remote != "" {
		s.Remote = netip.MustParseAddrPort(remote)
	}
	return s
}

func sendError(s *record.Stream, text string) *record.Stream {
	s.SendError = text
	return s
}

func heard(s *record.Stream, voice string) *record.Stream {
	s.Heard = append(s.Heard, record.Heard{Voice: voice, To: 1e9})
	return s
}

func briefly(s *record.Stream, voice string) *record.Stream {
	s.Heard, s.Lost = []record.Heard{{Voice: voice, To: 380e6}}, 31
	return s
}

func of(e check.Evidence) check.Evidence {
	e.System, e.CallerName, e.CalledName = "udp:192.0.2.1:5060", "west", "east"
	return e
}

type row struct {
	name, check string
	evidence    check.Evidence
	cause       record.Cause
}

var rows = []row{
	{"silent system", "system.answers", of(check.Evidence{Down: "no answer within 5s"}), record.CauseReachability},
	{"closed port of the system", "system.answers", of(check.Evidence{Down: "port unreachable (ICMP)", ClosedPort: true}), record.CauseSIPPort},
	{"system that stopped in mid-run", "system.answers", of(check.Evidence{Down: "port unreachable (ICMP)", ClosedPort: true, Before: true}), record.CauseReachability},

	{"REGISTER without an answer", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 32s"}}), record.CauseReachability},
	{"right password refused", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 403, Reason: "Forbidden"}}), record.CauseAuthentication},
	{"unknown account", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Code: 404, Reason: "Not Found"}}), record.CauseRegistration},
	{"registered without a challenge", "register.refused", of(check.Evidence{Registration: &record.Registration{Party: "phone", Code: 200, Reason: "OK"}}), record.CauseAuthentication},
	{"registered with a wrong password", "register.refused", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 200, Reason: "OK"}}), record.CauseAuthentication},
	{"wrong password and an error", "register.refused", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 500, Reason: "Error"}}), record.CauseAuthentication},
	{"wrong password and no answer", "register.refused", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Error: "no response after 32s"}}), record.CauseReachability},
	{"call with a wrong password", "call.refused", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseAuthentication},
	{"call with a wrong password that reached the callee", "call.refused", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 100), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseAuthentication},
	{"call with a wrong password that rings", "call.refused", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 401, 180)}), record.CauseAuthentication},
	{"CANCEL without an answer", "cancel.ended", of(check.Evidence{Caller: cancelling(leg("west", "8000", record.Abandoned, 180, 487))}), record.CauseSignalling},
	{"call with a wrong password and an error", "call.refused", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500)}), record.CauseAuthentication},
	{"call with a wrong password and no answer", "call.refused", of(check.Evidence{Caller: leg("west", "8000", record.TimedOut)}), record.CauseReachability},

	{"INVITE at a closed port", "call.answered", of(check.Evidence{Caller: refused(leg("west", "8000", record.TimedOut))}), record.CauseSIPPort},
	{"INVITE without any response", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.TimedOut)}), record.CauseReachability},
	{"caller not trusted", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 403)}), record.CauseAuthentication},
	{"no common codec", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 488)}), record.CauseCodec},
	{"callee not registered", "call.delivered", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 100, 480)}), record.CauseRegistration},
	{"no route", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 404)}), record.CauseRouting},
	{"accepted and then nothing", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 100)}), record.CauseRouting},
	{"arrived at another party", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 100, 180), Called: in(leg("south", "8000", record.Pending, 180))}), record.CauseRouting},
	{"arrived with another number", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 100, 180), Called: in(leg("east", "000", record.Pending, 180))}), record.CauseRouting},
	{"two calls for one", "call.once", of(check.Evidence{Arrivals: 2}), record.CauseRouting},
	{"a call to one with a wrong password", "call.withheld", of(check.Evidence{Caller: leg("west", "1001", record.Answered, 200), Called: in(leg("east", "1001", record.Answered, 200))}), record.CauseAuthentication},
	{"both targets at once", "route.fallback", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), First: in(leg("south", "7000", record.Pending)), Called: in(leg("east", "7000", record.Answered, 200))}), record.CauseRouting},
	{"answered on one side alone", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 504), Called: in(leg("east", "8000", record.Answered, 180, 200))}), record.CauseSignalling},
	{"refused though the callee did not", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseUnknown},

	{"never told where to send", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "", 0, 0), CalledStream: stream("east", "192.0.2.1:6000", 50, 0)}), record.CauseCodec},
	{"no media at the speaker", "media.heard-by-caller", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 0)}), record.CauseCodec},
	{"private address", "media.heard-by-callee", of(check.Evidence{CallerStream: sendError(stream("west", "192.168.1.2:6000", 0, 0), "no route"), CalledStream: stream("east", "192.0.2.1:6002", 50, 0)}), record.CauseNAT},
	{"closed media port", "media.heard-by-callee", of(check.Evidence{CallerStream: sendError(stream("west", "192.0.2.1:6000", 0, 0), "port unreachable (ICMP)"), CalledStream: stream("east", "192.0.2.1:6002", 50, 0)}), record.CauseMedia},
	{"one-way audio", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: stream("east", "192.0.2.1:6002", 50, 0)}), record.CauseMedia},
	{"one-way audio the other way", "media.heard-by-caller", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 0), CalledStream: stream("east", "192.0.2.1:6002", 50, 50)}), record.CauseMedia},
	{"no media at the listener", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 0)}), record.CauseMedia},
	{"crossed calls", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: heard(stream("east", "192.0.2.1:6002", 50, 50), "south")}), record.CauseMedia},
	{"heard too briefly", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: briefly(stream("east", "192.0.2.1:6002", 50, 50), "west")}), record.CauseMedia},
	{"packets without the voice", "media.heard-by-callee", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: stream("east", "192.0.2.1:6002", 50, 50)}), record.CauseMedia},

	{"second target never tried", "route.fallback", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 100, 408), First: in(leg("south", "7000", record.Pending))}), record.CauseRouting},
	{"neither target tried", "route.fallback", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 404)}), record.CauseRouting},
	{"busy passed on as an error", "call.busy", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 500), Called: in(leg("east", "8000", record.Rejected, 486))}), record.CauseSignalling},
	{"busy callee never reached", "call.busy", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 404)}), record.CauseRouting},
	{"CANCEL answered and not passed on", "cancel.passed-on", of(check.Evidence{Caller: cancelled(leg("west", "8000", record.Abandoned, 180, 487), 5, 200), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseSignalling},
	{"CANCEL not answered", "cancel.passed-on", of(check.Evidence{Caller: cancelled(leg("west", "8000", record.Pending, 180), 5, 0), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseSignalling},
	{"CANCEL without a 487", "cancel.ended", of(check.Evidence{Caller: cancelled(leg("west", "8000", record.Pending, 180), 5, 200)}), record.CauseSignalling},
	{"BYE not passed on", "call.released", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseSignalling},
	{"a check that nobody knows", "no.such", of(check.Evidence{}), record.CauseUnknown},
}

// The words of every finding stand in one file, to be read as a whole.
func TestDiagnose(t *testing.T) {
	var all strings.Builder
	diagnosed := map[string]bool{}
	for _, r := range rows {
		diagnosed[r.check] = true
		t.Run(r.name, func(t *testing.T) {
			f := diagnosis.Diagnose(r.check, r.evidence)
			if f.Cause != r.cause {
				t.Errorf("got cause %s, want %s", f.Cause, r.cause)
			}
			if f.Check != r.check || f.Why == "" || r.cause != record.CauseUnknown && f.ToDo == "" {
				t.Errorf("got %+v, with something missing", f)
			}
			fmt.Fprintf(&all, "%s (%s)\n  %s: %s\n  To do: %s\n", r.name, r.check, f.Cause, f.Why, f.ToDo)
			for _, e := range f.Evidence {
				fmt.Fprintf(&all, "  - %s\n", e)
			}
			all.WriteString("\n")
		})
	}
	for _, r := range check.Catalogue() {
		if !diagnosed[r.ID] {
			t.Errorf("the table has no row for %s", r.ID)
		}
	}
	golden.Compare(t, "testdata/findings.txt", all.String())
}

// Every rule of the catalogue has a diagnosis of its own kind: what nothing
// else matches is unknown, and no rule may come to that for want of a branch.
func TestEveryRuleHasItsBranch(t *testing.T) {
	unknown := diagnosis.Diagnose("no.such", of(check.Evidence{})).Why
	for _, r := range rows {
		if r.check != "no.such" && diagnosis.Diagnose(r.check, r.evidence).Why == unknown {
			t.Errorf("%s (%s): got what an unknown check gets", r.name, r.check)
		}
	}
}
