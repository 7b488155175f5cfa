package diagnosis_test

import (
	"fmt"
	"net/netip"
	"slices"
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

func hops(a *record.Attempt, n int) *record.Attempt {
	a.Hops = n
	return a
}

func named(a *record.Attempt, from string) *record.Attempt {
	a.From = from
	return a
}

// told is a call that came with so many hops left and these identities.
func told(a *record.Attempt, hops int, asserted ...string) *record.Attempt {
	a.Identity = &record.Identity{Hops: hops, Asserted: asserted}
	for _, n := range asserted {
		a.Identity.Shown = append(a.Identity.Shown, "P-Asserted-Identity: <sip:"+n+"@192.0.2.1>")
	}
	return a
}

func refused(a *record.Attempt) *record.Attempt {
	a.Refused, a.Error = true, "port closed"
	return a
}

// saying is an attempt whose refusal says why.
func saying(a *record.Attempt, what string) *record.Attempt {
	a.Responses[len(a.Responses)-1].Says = what
	return a
}

// objecting is a call that one of our parties had to refuse.
func objecting(a *record.Attempt, to string) *record.Attempt {
	a.Objection = to
	return in(a)
}

// hungUp is a party that sent BYE and got that answer.
func hungUp(a *record.Attempt, code int) *record.Attempt {
	a.ByeAt, a.ByeSent, a.ByeCode = 5, true, code
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

func late(a *record.Attempt) *record.Attempt {
	a.After = []string{"BYE"}
	return a
}

func asked(a *record.Attempt, code int) *record.Attempt {
	a.AskedCode = code
	return a
}

func released(a *record.Attempt) *record.Attempt {
	a.ByeAt = 1
	return a
}

func after(s *record.Stream, voice string, delay int64) *record.Stream {
	s.Heard = []record.Heard{{Voice: voice, To: 1e9, Delay: delay}}
	return s
}

func thinned(s *record.Stream, voice string) *record.Stream {
	s.Heard = []record.Heard{{Voice: voice, To: 2e9, Voiced: 18e8}}
	return s
}

func scattered(s *record.Stream, changes, stuck int) *record.Stream {
	s.Changes, s.Stuck = changes, stuck
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

	{"silent system on a host that is up", "system.answers", of(check.Evidence{Down: "no answer within 5s", TCP: check.TCPRefused}), record.CauseReachability},
	{"silent system on a silent host", "system.answers", of(check.Evidence{Down: "no answer within 5s", TCP: check.TCPSilent}), record.CauseReachability},
	{"address that is not this machine's", "source.ready", of(check.Evidence{Sources: []check.Source{
		{Party: "trunk west", Addr: netip.MustParseAddrPort("192.0.2.11:5060"), Kernel: netip.MustParseAddr("192.0.2.11")},
		{Party: "the phones", Addr: netip.MustParseAddrPort("192.0.2.77:0"), Bind: "cannot assign requested address", Kernel: netip.MustParseAddr("192.0.2.11")},
	}}), record.CauseHarness},
	{"binding that stays", "register.withdrawn", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 400, Reason: "Bad Request"}}), record.CauseRegistration},
	{"removal without an answer", "register.withdrawn", of(check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 5s"}}), record.CauseReachability},
	{"REGISTER without an answer", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Error: "no response after 32s"}}), record.CauseReachability},
	{"right password refused", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 403, Reason: "Forbidden"}}), record.CauseAuthentication},
	{"refused, and registered before", "register.accepted", of(check.Evidence{Proved: true, Registration: &record.Registration{Party: "phone", Challenged: true, Code: 403, Reason: "Forbidden"}}), record.CauseRegistration},
	{"refused once its credentials were taken", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 407, 100, 401)}), record.CauseAuthentication},
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
	{"declined, and told of another reason", "call.rejected", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 480), Called: in(leg("east", "8000", record.Rejected, 603))}), record.CauseSignalling},
	{"declined by nobody", "call.rejected", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 404)}), record.CauseRouting},
	{"busy without being called", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 486)}), record.CauseCapacity},
	{"rings on for ever", "call.no-answer", of(check.Evidence{Ring: 4e8, Caller: leg("west", "4000", record.Pending, 180), Called: in(leg("east", "4000", record.Pending, 180))}), record.CauseSignalling},
	{"rings on though the caller was told", "call.no-answer", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 180, 480), Called: in(leg("east", "4000", record.Pending, 180))}), record.CauseSignalling},
	{"nobody picked up, another code", "call.no-answer", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 180, 500), Called: in(cancelling(leg("east", "4000", record.Abandoned, 180, 487)))}), record.CauseSignalling},
	{"nobody picked up and nobody was called", "call.no-answer", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 404)}), record.CauseRouting},
	{"a BYE after the end", "call.quiet", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: late(in(leg("east", "8000", record.Answered, 200)))}), record.CauseSignalling},
	{"packets after the end", "call.quiet", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), CallerStream: stream("west", "192.0.2.1:6000", 50, 120)}), record.CauseMedia},
	{"a dialog that is kept", "call.forgotten", of(check.Evidence{Caller: asked(leg("west", "8000", record.Answered, 200), 200)}), record.CauseSignalling},
	{"a dialog that is neither kept nor forgotten", "call.forgotten", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200)}), record.CauseSignalling},
	{"answer that crosses the CANCEL and stays", "cancel.crossing", of(check.Evidence{Caller: leg("west", "8000", record.Abandoned, 180, 487), Called: cancelling(in(leg("east", "8000", record.Answered, 180, 200)))}), record.CauseSignalling},
	{"answer that crosses the CANCEL, and the caller stays", "cancel.crossing", of(check.Evidence{Caller: leg("west", "8000", record.Pending, 180), Called: released(cancelling(in(leg("east", "8000", record.Answered, 180, 200))))}), record.CauseSignalling},
	{"answer that no CANCEL could cross", "cancel.crossing", of(check.Evidence{Caller: cancelled(leg("west", "8000", record.Abandoned, 180, 487), 5, 200), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseSignalling},
	{"audio cut off towards the caller", "media.lasts", of(check.Evidence{CallerStream: briefly(stream("west", "192.0.2.1:6000", 100, 50), "east"), CalledStream: heard(stream("east", "192.0.2.1:6002", 100, 100), "west")}), record.CauseMedia},
	{"audio cut off towards the callee", "media.lasts", of(check.Evidence{CallerStream: heard(stream("west", "192.0.2.1:6000", 100, 100), "east"), CalledStream: briefly(stream("east", "192.0.2.1:6002", 100, 50), "west")}), record.CauseMedia},
	{"audio that never came", "media.lasts", of(check.Evidence{CallerStream: heard(stream("west", "192.0.2.1:6000", 100, 100), "east"), CalledStream: stream("east", "192.0.2.1:6002", 100, 0)}), record.CauseMedia},
	{"audio with gaps", "media.whole", of(check.Evidence{CallerStream: thinned(stream("west", "192.0.2.1:6000", 100, 90), "east"), CalledStream: after(stream("east", "192.0.2.1:6002", 100, 100), "west", 0)}), record.CauseMedia},
	{"audio from many sources", "media.source", of(check.Evidence{CallerStream: stream("west", "192.0.2.1:6000", 100, 100), CalledStream: scattered(stream("east", "192.0.2.1:6002", 100, 100), 99, 0)}), record.CauseMedia},
	{"audio whose clock stands", "media.clock", of(check.Evidence{CallerStream: scattered(stream("west", "192.0.2.1:6000", 100, 100), 0, 99), CalledStream: stream("east", "192.0.2.1:6002", 100, 100)}), record.CauseMedia},
	{"late audio", "media.delay", of(check.Evidence{CallerStream: after(stream("west", "192.0.2.1:6000", 100, 100), "east", 620e6), CalledStream: after(stream("east", "192.0.2.1:6002", 100, 100), "west", 20e6)}), record.CauseMedia},
	{"BYE that fits no dialog", "call.released", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: seen(in(leg("east", "8000", record.Answered, 200)), func(a *record.Attempt) { a.Stray = []string{"BYE for \"x\""} })}), record.CauseSignalling},
	{"answer that is not acknowledged", "call.released", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: seen(in(leg("east", "8000", record.Answered, 200)), func(a *record.Attempt) { a.Unacked = true })}), record.CauseSignalling},
	{"BYE not passed on", "call.released", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseSignalling},
	{"first target hangs after its 100", "route.trying", of(check.Evidence{Caller: leg("west", "7000", record.Pending, 100), First: in(leg("south", "7000", record.Pending, 100))}), record.CauseRouting},
	{"second target never tried after a refusal", "route.refused", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 100, 503), First: in(leg("south", "7000", record.Rejected, 503))}), record.CauseRouting},
	{"second target tried beside one that refuses", "route.refused", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), First: in(leg("south", "7000", record.Rejected, 503)), Called: in(leg("east", "7000", record.Answered, 200))}), record.CauseRouting},
	{"neither target tried, of one that refuses", "route.refused", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 404)}), record.CauseRouting},
	{"second target never tried after a closed port", "route.closed", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 100, 503)}), record.CauseRouting},
	{"nobody asks the targets", "route.supervised", of(check.Evidence{Misses: 3, Every: 2e8, Within: 5e9}), record.CauseRouting},
	{"a target that is down is tried", "route.down", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), First: in(leg("north", "7000", record.Pending)), Called: in(leg("east", "7000", record.Answered, 200)), Asked: 3}), record.CauseRouting},
	{"a target that is down is waited for", "route.down", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), Called: in(leg("east", "7000", record.Answered, 200)), Asked: 3}), record.CauseRouting},
	{"a target that is down, and no other tried", "route.down", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 503), Asked: 3}), record.CauseRouting},
	{"busy leads to the next target", "route.busy", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), First: in(leg("south", "7000", record.Rejected, 486)), Called: in(leg("east", "7000", record.Answered, 200))}), record.CauseRouting},
	{"ringing first target never tried", "route.given-up", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 404)}), record.CauseRouting},
	{"second target called after the caller gave up", "route.given-up", of(check.Evidence{Caller: leg("west", "7000", record.Abandoned, 487), First: in(leg("south", "7000", record.Abandoned, 180, 487)), Called: in(leg("east", "7000", record.Pending))}), record.CauseRouting},
	{"busy first target never tried", "route.busy", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 404)}), record.CauseRouting},
	{"busy first target told as an error", "route.busy", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 500), First: in(leg("south", "7000", record.Rejected, 486))}), record.CauseSignalling},
	{"all targets failed and nobody says so", "route.exhausted", of(check.Evidence{Caller: leg("west", "7000", record.Pending, 100), First: in(leg("south", "7000", record.Pending)), Called: in(leg("east", "7000", record.Rejected, 503))}), record.CauseSignalling},
	{"all targets failed and the caller is told busy", "route.exhausted", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 486), First: in(leg("south", "7000", record.Pending)), Called: in(leg("east", "7000", record.Rejected, 503))}), record.CauseSignalling},
	{"no target was tried at all", "route.exhausted", of(check.Evidence{Caller: leg("west", "7000", record.Rejected, 404)}), record.CauseRouting},
	{"a wrong number reaches somebody", "number.unallocated", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 404), Called: in(leg("east", "4000", record.Rejected, 404))}), record.CauseRouting},
	{"a wrong number told as an error", "number.unallocated", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 500)}), record.CauseSignalling},
	{"a wrong number rings", "number.unallocated", of(check.Evidence{Caller: leg("west", "4000", record.Pending, 100, 180)}), record.CauseRouting},
	{"a wrong number without any answer", "number.unallocated", of(check.Evidence{Caller: leg("west", "4000", record.TimedOut)}), record.CauseReachability},
	{"a wrong number from a caller who is not trusted", "number.unallocated", of(check.Evidence{Caller: leg("west", "4000", record.Rejected, 403)}), record.CauseAuthentication},
	{"an incomplete number is dialled", "number.incomplete", of(check.Evidence{Caller: leg("west", "80", record.Rejected, 404), Called: in(leg("east", "80", record.Rejected, 404))}), record.CauseRouting},
	{"a loop without end", "loop.bounded", of(check.Evidence{Caller: hops(leg("west", "8000", record.Rejected, 482), 6), Called: told(in(leg("east", "8000", record.Rejected, 482)), 70), Arrivals: 9}), record.CauseSignalling},
	{"a loop that ends with another code", "loop.bounded", of(check.Evidence{Caller: hops(leg("west", "8000", record.Rejected, 500), 6), Called: told(in(leg("east", "8000", record.Rejected, 500)), 5), Arrivals: 3}), record.CauseSignalling},
	{"the called number in a wrong form", "identity.number", of(check.Evidence{Caller: leg("west", "030", record.Pending), Called: in(leg("east", "030", record.Pending)), Wanted: check.Wanted{Number: "+4930"}}), record.CauseRouting},
	{"the caller's number lost", "identity.caller", of(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: named(in(leg("east", "8000", record.Pending)), "unknown"), Wanted: check.Wanted{Caller: "6000"}}), record.CauseSignalling},
	{"the caller's number as the first target was shown it", "identity.caller", of(check.Evidence{Caller: leg("west", "7000", record.Answered, 200), First: named(in(leg("south", "7000", record.Rejected, 500)), "+496000"), Called: named(in(leg("east", "7000", record.Answered, 200)), "+496000"), Wanted: check.Wanted{Caller: "6000"}}), record.CauseRouting},
	{"the caller's number without its plus", "identity.caller", of(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: in(leg("east", "8000", record.Pending)), Wanted: check.Wanted{Caller: "+6000"}}), record.CauseRouting},
	{"no identity for who is trusted", "identity.asserted", of(check.Evidence{Called: told(in(leg("east", "8000", record.Pending)), 69), Wanted: check.Wanted{Asserted: "6000"}}), record.CauseSignalling},
	{"an identity for who is not trusted", "identity.asserted", of(check.Evidence{Called: told(in(leg("east", "8000", record.Pending)), 69, "6000")}), record.CauseSecurity},
	{"the identity of somebody else", "identity.asserted", of(check.Evidence{Called: told(in(leg("east", "8000", record.Pending)), 69, "6001"), Wanted: check.Wanted{Asserted: "6000"}}), record.CauseSignalling},
	{"a forged identity passed on", "identity.forged", of(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: told(in(leg("east", "8000", record.Pending)), 69, "666"), Wanted: check.Wanted{Forged: "666"}}), record.CauseSecurity},
	{"a wish for privacy lost on its way", "identity.kept-private", of(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: told(in(leg("east", "8000", record.Pending)), 69, "6000"), Wanted: check.Wanted{Secret: "6000"}}), record.CauseSecurity},
	{"a number shown that was to be kept", "identity.withheld", of(check.Evidence{Caller: leg("west", "8000", record.Pending), Called: told(in(leg("east", "8000", record.Pending)), 69, "6000"), Wanted: check.Wanted{Secret: "6000"}}), record.CauseSecurity},
	{"a stranger put through", "call.untrusted", of(check.Evidence{Caller: leg("intruder", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseSecurity},
	{"a stranger hears it ring", "call.untrusted", of(check.Evidence{Caller: leg("intruder", "8000", record.Pending, 180)}), record.CauseSecurity},
	{"a stranger waits", "call.untrusted", of(check.Evidence{Caller: leg("intruder", "8000", record.Pending, 100)}), record.CauseSecurity},
	{"a stranger is told of the number", "call.untrusted", of(check.Evidence{Caller: leg("intruder", "8000", record.Rejected, 404)}), record.CauseSecurity},
	{"a stranger in a trunk's name put through", "call.forged", of(check.Evidence{Caller: leg("intruder", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseSecurity},
	{"another account's contact listed", "register.listed", of(check.Evidence{Registration: &record.Registration{Party: "phone 1001", User: "1001", Code: 200, Reason: "OK", Contacts: []string{"sip:1001@192.0.2.71:4000", "sip:1002@192.0.2.71:4001"}}, Strangers: []string{"1002@192.0.2.71:4001"}}), record.CauseRegistration},
	{"no contact listed", "register.listed", of(check.Evidence{Registration: &record.Registration{Party: "phone 1001", User: "1001", Code: 200, Reason: "OK"}}), record.CauseRegistration},
	{"renewed in vain", "register.renewed", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 100, 480)}), record.CauseRegistration},
	{"renewed, and the caller refused", "register.renewed", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 403)}), record.CauseAuthentication},
	{"idle, and taken for not registered", "register.idle", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 100, 480)}), record.CauseRegistration},
	{"idle, and not reached", "register.idle", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 100, 408)}), record.CauseRouting},
	{"called after the registration ended", "register.ended", of(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: in(leg("east", "1002", record.Answered, 200))}), record.CauseRegistration},
	{"called after the registration was removed", "register.removed", of(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), Called: in(leg("east", "1002", record.Answered, 200))}), record.CauseRegistration},
	{"called at the old address first", "register.moved", of(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), First: in(leg("east, old", "1002", record.Pending)), Called: in(leg("east", "1002", record.Answered, 200))}), record.CauseRegistration},
	{"called at the old address alone", "register.moved", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 100, 408), First: in(leg("east, old", "1002", record.Pending))}), record.CauseRegistration},
	{"called at neither address", "register.moved", of(check.Evidence{Caller: leg("west", "1002", record.Rejected, 404)}), record.CauseRouting},
	{"offline as unknown", "register.offline", of(check.Evidence{Caller: leg("west", "1003", record.Rejected, 404)}), record.CauseRegistration},
	{"offline, and somebody called", "register.offline", of(check.Evidence{Caller: leg("west", "1003", record.Rejected, 480), Called: in(leg("south", "1003", record.Rejected, 404))}), record.CauseRegistration},
	{"offline, and the caller refused", "register.offline", of(check.Evidence{Caller: leg("west", "1003", record.Rejected, 403)}), record.CauseAuthentication},
	{"credentials accepted again", "register.repeated", of(check.Evidence{Registration: &record.Registration{Party: "intruder", Code: 200, Reason: "OK"}}), record.CauseSecurity},
	{"registered without credentials", "register.unproved", of(check.Evidence{Registration: &record.Registration{Party: "somebody", User: "1004", Code: 200, Reason: "OK"}}), record.CauseSecurity},
	{"removed without credentials", "register.kept", of(check.Evidence{Demand: "the removal of the contact of account 1002", Registration: &record.Registration{Party: "somebody", Code: 200, Reason: "OK"}}), record.CauseSecurity},
	{"removed by another account", "register.owned", of(check.Evidence{Demand: "the removal of the contact of account 1002 with the credentials of 1001", Caller: leg("phone 1001", "1002", record.Rejected, 480)}), record.CauseSecurity},
	{"registered by another account", "register.owned", of(check.Evidence{Demand: "a contact at account 1002 with the credentials of 1001", Caller: leg("phone 1001", "1002", record.Pending, 180), Called: in(leg("intruder", "1002", record.Pending, 180))}), record.CauseSecurity},
	{"number of a range not bound", "number.bound", of(check.Evidence{Caller: leg("west", "2099", record.Rejected, 404)}), record.CauseBinding},
	{"number of a bulk registration not bound", "number.bound", of(check.Evidence{Caller: leg("west", "+4930550199", record.Rejected, 480)}), record.CauseRegistration},
	{"number at another place", "number.bound", of(check.Evidence{Caller: leg("west", "2099", record.Pending, 100, 180), Called: in(leg("south", "2099", record.Pending, 180))}), record.CauseBinding},
	{"number, and the caller refused", "number.bound", of(check.Evidence{Caller: leg("west", "2099", record.Rejected, 403)}), record.CauseAuthentication},
	{"number in another form", "number.form", of(check.Evidence{Caller: leg("west", "2099", record.Rejected, 404), Called: in(leg("east", "2000", record.Rejected, 404))}), record.CauseBinding},
	{"number unknown there, not passed on", "number.unmapped", of(check.Evidence{Caller: leg("west", "2050", record.Rejected, 100, 500), Called: in(leg("east", "2050", record.Rejected, 404))}), record.CauseSignalling},
	{"called with another's number", "identity.own", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: in(leg("east", "8000", record.Answered, 200)), Foreign: "1003"}), record.CauseSecurity},
	{"challenge without a nonce", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Challenged: true, Code: 401, Reason: "Unauthorized", Challenge: "it has no nonce (RFC 7616 §3.3)"}}), record.CauseAuthentication},
	{"REGISTER with an extension that is unknown there", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "branch", Challenged: true, Code: 420, Reason: "Bad Extension", Says: "Unsupported: gin"}}), record.CauseSignalling},
	{"challenge to a call in an unknown algorithm", "call.delivered", of(check.Evidence{Caller: seen(leg("west", "8000", record.Rejected, 407), func(a *record.Attempt) { a.Challenge = "it asks for algorithm=MD4" })}), record.CauseAuthentication},
	{"credentials over the body refused", "call.delivered", of(check.Evidence{Caller: seen(leg("west", "8000", record.Rejected, 401, 401), func(a *record.Attempt) { a.Challenge = "it asks for qop=auth-int alone" })}), record.CauseAuthentication},
	{"challenge that is not the matter", "call.delivered", of(check.Evidence{Caller: seen(leg("west", "8000", record.Rejected, 401, 404), func(a *record.Attempt) { a.Challenge = "it asks for qop=auth-int alone" })}), record.CauseRouting},
	{"extension refused", "call.delivered", of(check.Evidence{Caller: saying(leg("west", "8000", record.Rejected, 420), "Unsupported: 100rel")}), record.CauseSignalling},
	{"extension refused without its name", "call.delivered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 420)}), record.CauseSignalling},
	{"extension demanded", "call.delivered", of(check.Evidence{Caller: saying(leg("west", "8000", record.Rejected, 421), "Require: precondition")}), record.CauseSignalling},
	{"body refused", "call.delivered", of(check.Evidence{Caller: saying(leg("west", "8000", record.Rejected, 415), "Accept: application/isup")}), record.CauseSignalling},
	{"extension required of us", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 420), Called: objecting(leg("east", "8000", record.Rejected, 420), "requires precondition, an extension that it does not know (RFC 3261 §8.2.2.3)")}), record.CauseSignalling},
	{"body for us that must be understood", "call.answered", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 488), Called: objecting(leg("east", "8000", record.Rejected, 415), "has a body that must be understood and is not, application/isup (RFC 3261 §8.2.3)")}), record.CauseSignalling},
	{"no reliable ringing for us", "prack.acknowledged", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 421), Called: objecting(leg("east", "8000", record.Rejected, 421), "does not say Supported: 100rel, without which it does not ring (RFC 3262 §3)")}), record.CauseSignalling},
	{"body of a new offer for us", "reoffer.accepted", of(check.Evidence{Caller: reoffers(leg("west", "8000", record.Answered, 200), record.Reoffer{Method: "INVITE", Sent: true, Direction: "sendonly", Code: 415}), Called: objecting(leg("east", "8000", record.Answered, 200), "has a body that must be understood and is not, application/isup (RFC 3261 §8.2.3)")}), record.CauseSignalling},
	{"BYE of the caller not passed on", "call.released", of(check.Evidence{Caller: hungUp(leg("west", "8000", record.Answered, 200), 200), Called: in(leg("east", "8000", record.Answered, 200))}), record.CauseSignalling},
	{"BYE of the callee refused and not passed on", "call.released", of(check.Evidence{Caller: leg("west", "8000", record.Answered, 200), Called: hungUp(in(leg("east", "8000", record.Answered, 200)), 481)}), record.CauseSignalling},
	{"BYE without an answer, and passed on", "call.released", of(check.Evidence{Caller: hungUp(leg("west", "8000", record.Answered, 200), 0), Called: released(in(leg("east", "8000", record.Answered, 200)))}), record.CauseSignalling},
	{"declined and called again", "call.once", of(check.Evidence{Called: in(leg("east", "8000", record.Rejected, 603)), Arrivals: 2}), record.CauseRouting},
	{"RTP after the end", "call.quiet", of(check.Evidence{Caller: released(leg("west", "8000", record.Answered, 200)), CallerStream: &record.Stream{Party: "west", LastAt: 2e9}}), record.CauseMedia},
	{"number known there by its contact alone", "number.form", of(check.Evidence{Caller: leg("west", "2099", record.Rejected, 404), Called: in(leg("east", "2099", record.Rejected, 404)), Numbers: []string{"hall"}}), record.CauseBinding},
	{"refused before the password was asked for", "register.accepted", of(check.Evidence{Registration: &record.Registration{Party: "phone", Code: 403, Reason: "Forbidden"}}), record.CauseAuthentication},
	{"targets asked, and not answered", "route.supervised", of(check.Evidence{Misses: 3, Every: 2e8, Within: 5e9, Asked: 2}), record.CauseRouting},
	{"a check that nobody knows", "no.such", of(check.Evidence{}), record.CauseUnknown},
}

// The words of every finding stand in one file, to be read as a whole.
func TestDiagnose(t *testing.T) {
	var all strings.Builder
	diagnosed := map[string]bool{}
	for _, r := range slices.Concat(rows, cameraRows(), sessionRows(), formRows(), pathRows(), expectedRows(), timerRows(), loadRows(), natRows(), phoneRows()) {
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
	for _, r := range slices.Concat(rows, cameraRows(), sessionRows(), formRows(), pathRows(), expectedRows(), timerRows(), loadRows(), natRows(), phoneRows()) {
		if r.check != "no.such" && diagnosis.Diagnose(r.check, r.evidence).Why == unknown {
			t.Errorf("%s (%s): got what an unknown check gets", r.name, r.check)
		}
	}
}
