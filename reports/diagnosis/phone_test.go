package diagnosis_test

import (
	"net/netip"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// phoneRows: phones that are not ours.
func phoneRows() []row {
	e := func(s record.Stream, t record.Testimony) check.Evidence {
		s.Party, t.Party, t.Voice = "west", "phone 1002", "west"
		s.Local = netip.MustParseAddrPort("192.0.2.11:4000")
		return of(check.Evidence{Caller: leg("west", "1002", record.Answered, 200), CallerStream: &s, Testimony: &t})
	}
	sent := record.Stream{Sent: 150, Received: 150, Remote: netip.MustParseAddrPort("192.0.2.1:30000")}
	held := func(typed string) record.Testimony {
		return record.Testimony{Held: true, Spoken: "4711", Typed: typed}
	}
	program := record.Testimony{Records: "recordings", Files: []string{"recordings/one.wav"}, Took: 3e9}
	another := sent
	another.Heard = []record.Heard{{Voice: "phone 1003", From: 1, To: 2e9}}
	dialled := e(record.Stream{}, held(""))
	dialled.Caller, dialled.CallerStream, dialled.CalledName = nil, nil, "west"
	swapped := dialled
	swapped.Called = in(leg("west", "6000", record.Answered, 200))
	refused := func(codes ...int) check.Evidence {
		x := e(record.Stream{}, program)
		x.Caller = leg("west", "1002", record.Rejected, codes...)
		return x
	}
	rings := e(record.Stream{}, program)
	rings.Caller = leg("west", "1002", record.Pending, 100, 180)
	cut := e(sent, program)
	cut.Caller.AnsweredAt, cut.Caller.ByeAt = 1, 7e8
	kept := e(sent, record.Testimony{Held: true, Kept: true})
	kept.Caller.ByeSent, kept.Caller.ByeCode = true, 200
	return []row{
		{"another real phone's number", "phone.calls", swapped, record.CauseRegistration},
		{"a real phone, or the system, is busy", "call.answered", refused(100, 486), record.CauseSignalling},
		{"a real phone, or the system, has no codec", "call.answered", refused(100, 488), record.CauseSignalling},
		{"a real phone is not registered, or is set so", "call.answered", refused(100, 480), record.CauseRegistration},
		{"a real phone rings on", "call.answered", rings, record.CauseSignalling},
		{"the caller of a real phone is refused", "call.answered", refused(403), record.CauseAuthentication},
		{"a program's call is cut", "phone.released", cut, record.CauseSignalling},
		{"a real phone is in the call still", "phone.released", kept, record.CauseSignalling},
		{"a real phone's call never came", "phone.calls", dialled, record.CauseRouting},
		{"nothing came from a real phone", "phone.heard", e(record.Stream{Sent: 150, Remote: sent.Remote}, program), record.CauseMedia},
		{"silence came from a real phone", "phone.heard", e(sent, program), record.CauseMedia},
		{"another real phone is heard", "phone.heard", e(another, program), record.CauseMedia},
		{"a real phone recorded silence", "phone.hears", e(sent, program), record.CauseMedia},
		{"a real phone recorded a word", "phone.hears", e(sent, record.Testimony{Files: program.Files, Heard: 12e7, Took: 3e9}), record.CauseMedia},
		{"the holder heard nothing", "phone.hears", e(sent, held("")), record.CauseMedia},
		{"the holder heard something else", "phone.hears", e(sent, held("4771")), record.CauseMedia},
		{"no address to talk to a real phone", "phone.hears", e(record.Stream{}, program), record.CauseCodec},
		{"a private address to talk to a real phone", "phone.hears", e(record.Stream{Remote: netip.MustParseAddrPort("10.0.0.7:4000")}, program), record.CauseNAT},
		{"BYE towards a real phone not answered", "phone.released", e(sent, program), record.CauseSignalling},
	}
}
