package diagnosis_test

import (
	"net/netip"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// seen is an attempt of which more was seen.
func seen(a *record.Attempt, f func(*record.Attempt)) *record.Attempt {
	f(a)
	return a
}

func reoffers(a *record.Attempt, r ...record.Reoffer) *record.Attempt {
	return seen(a, func(a *record.Attempt) { a.Reoffers = r })
}

// withStream gives the caller its media, and offers that it got.
func withStream(e check.Evidence, s *record.Stream, got ...record.Reoffer) check.Evidence {
	e.CallerStream, e.Caller.Reoffers = s, got
	return e
}

// sessionRows: what happens within a call.
func sessionRows() []row {
	west := func() *record.Attempt { return leg("west", "8000", record.Answered, 180, 200) }
	east := func() *record.Attempt { return in(leg("east", "8000", record.Answered, 180, 200)) }
	agreed := func(a *record.Attempt, codecs ...string) *record.Attempt {
		return seen(a, func(a *record.Attempt) { a.Agreed, a.AgreedAt = codecs, 1 })
	}
	refer := func(code int, notified ...int) *record.Attempt {
		return seen(east(), func(a *record.Attempt) { a.Refer = &record.Refer{To: "5000", Code: code, Notices: noticed(notified)} })
	}
	moved := func(t, called *record.Attempt) check.Evidence {
		e := of(check.Evidence{Caller: west(), Called: called, Transferor: t})
		e.CalledName, e.TransferorName = "south", "east"
		return e
	}
	gone := func(a *record.Attempt) *record.Attempt { return seen(a, func(a *record.Attempt) { a.ByeAt = 9 }) }
	taken := moved(gone(refer(202, 200)), leg("south", "5000", record.Answered, 200))
	taken.Caller = gone(west())
	hold := record.Reoffer{At: 5, Method: "INVITE", Sent: true, Direction: "sendonly", Code: 200}
	resume := record.Reoffer{At: 7, Method: "INVITE", Sent: true, Direction: "sendrecv", Code: 200}
	refused := hold
	refused.Code = 500
	unread := hold
	unread.Answer = "sendrecv"
	refresh := record.Reoffer{At: 5, Method: "UPDATE", Sent: true, Code: 481}
	reliable := func(a *record.Attempt, r record.Reliable) *record.Attempt {
		return seen(a, func(a *record.Attempt) { a.Reliable = []record.Reliable{r} })
	}
	ringing := leg("west", "8000", record.Pending, 183)
	announcing := agreed(in(leg("east", "8000", record.Pending, 183)), "PCMA/8000")
	return []row{
		{"183 without its description", "media.early-heard", of(check.Evidence{Caller: ringing, Called: announcing, CallerStream: stream("west", "", 0, 0), CalledStream: stream("east", "192.0.2.1:6002", 50, 0)}), record.CauseSignalling},
		{"announcement passed on as an answer", "media.early-heard", of(check.Evidence{Caller: seen(west(), func(a *record.Attempt) { a.AnsweredAt = 3 }), Called: announcing, CallerStream: stream("west", "192.0.2.1:6000", 50, 50), CalledStream: stream("east", "192.0.2.1:6002", 50, 50)}), record.CauseSignalling},
		{"early media thrown away", "media.early-heard", of(check.Evidence{Caller: ringing, Called: announcing, CallerStream: stream("west", "192.0.2.1:6000", 50, 0), CalledStream: stream("east", "192.0.2.1:6002", 50, 50)}), record.CauseMedia},
		{"announcement told a private address", "media.early-heard", of(check.Evidence{Caller: ringing, Called: announcing, CallerStream: stream("west", "192.0.2.1:6000", 50, 0), CalledStream: sendError(stream("east", "10.0.0.1:6002", 0, 0), "no route")}), record.CauseNAT},
		{"no announcement, no route", "media.early-heard", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 404)}), record.CauseRouting},
		{"answer in the ACK lost", "offer.agreed", of(check.Evidence{Caller: agreed(west(), "PCMA/8000"), Called: east()}), record.CauseSignalling},
		{"answer to the caller's offer lost", "offer.agreed", of(check.Evidence{Caller: west(), Called: agreed(east(), "PCMA/8000")}), record.CauseSignalling},
		{"INVITE without an offer refused", "call.answered", of(check.Evidence{Caller: seen(leg("west", "8000", record.Rejected, 488), func(a *record.Attempt) { a.Delayed = true })}), record.CauseSignalling},
		{"answer rewritten", "codec.agreed", of(check.Evidence{Caller: seen(agreed(west(), "G729/8000"), func(a *record.Attempt) { a.Offered = []string{"PCMA/8000", "PCMU/8000"} }), Called: agreed(east(), "PCMU/8000")}), record.CauseCodec},
		{"488 mapped to 486", "codec.refused", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 486), Called: in(leg("east", "8000", record.Rejected, 488))}), record.CauseSignalling},
		{"no codec, and left ringing", "codec.refused", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 488), Called: in(leg("east", "8000", record.Pending, 180))}), record.CauseSignalling},
		{"re-INVITE refused", "reoffer.accepted", of(check.Evidence{Caller: reoffers(west(), refused), Called: east()}), record.CauseSignalling},
		{"hold that never came to a phone behind NAT", "reoffer.accepted", of(check.Evidence{
			Caller: reoffers(west(), record.Reoffer{At: 5, Sent: true, Method: "INVITE", Direction: "sendonly"}), Called: east(),
			Mapped: []check.Mapping{{Party: "east", Own: netip.MustParseAddrPort("10.0.0.7:5060"), Seen: netip.MustParseAddrPort("192.0.2.9:1024")}},
		}), record.CauseNAT},
		{"resumed, and told a private address", "media.heard-again", of(check.Evidence{
			Since: 7, Caller: reoffers(west(), hold, resume), Called: reoffers(east(), record.Reoffer{At: 8, Method: "INVITE", Direction: "sendrecv", Code: 200}),
			CallerStream: unreachable(heard(stream("west", "10.0.0.7:6002", 90, 40), "east")),
			CalledStream: stream("east", "192.0.2.1:6002", 90, 40),
		}), record.CauseNAT},
		{"resumed, and told where a phone stands inside of its NAT", "media.heard-again", of(check.Evidence{
			Since: 7, Caller: reoffers(west(), hold, resume), Called: reoffers(east(), record.Reoffer{At: 8, Method: "INVITE", Direction: "sendrecv", Code: 200}),
			CallerStream: bound(heard(stream("west", "198.18.1.9:6002", 90, 40), "east"), "198.18.0.1:6000"),
			CalledStream: bound(stream("east", "192.0.2.1:6002", 90, 40), "198.18.1.9:6002"),
			Mapped:       []check.Mapping{{Party: "east", Own: netip.MustParseAddrPort("198.18.1.9:5060"), Seen: netip.MustParseAddrPort("192.0.2.9:1024")}},
		}), record.CauseNAT},
		{"hold answered as if it had not been read", "reoffer.accepted", of(check.Evidence{Caller: reoffers(west(), unread), Called: east()}), record.CauseSignalling},
		{"hold not passed on", "hold.silent", of(check.Evidence{Caller: reoffers(west(), hold), Called: east()}), record.CauseSignalling},
		{"hold passed on, and a voice goes on", "hold.silent", of(check.Evidence{Caller: reoffers(west(), hold), Called: reoffers(east(), record.Reoffer{At: 6, Method: "INVITE", Direction: "sendonly", Code: 200})}), record.CauseSignalling},
		{"resumed as inactive", "media.heard-again", of(check.Evidence{Caller: reoffers(west(), hold, resume), Called: reoffers(east(), record.Reoffer{At: 8, Method: "INVITE", Direction: "inactive", Code: 200})}), record.CauseSignalling},
		{"resumed, and not heard", "media.heard-again", of(check.Evidence{Caller: reoffers(west(), hold, resume), Called: reoffers(east(), record.Reoffer{At: 8, Method: "INVITE", Direction: "sendrecv", Code: 200})}), record.CauseMedia},
		{"no PRACK", "prack.acknowledged", of(check.Evidence{Caller: ringing, Called: reliable(in(leg("east", "8000", record.Pending, 180)), record.Reliable{Code: 180, RSeq: 5})}), record.CauseSignalling},
		{"PRACK with a wrong RAck", "prack.acknowledged", of(check.Evidence{Caller: ringing, Called: reliable(in(leg("east", "8000", record.Pending, 180)), record.Reliable{Code: 180, RSeq: 5, RAck: "1 1 INVITE", AckCode: 481})}), record.CauseSignalling},
		{"told of ringing unreliably", "prack.reliable", of(check.Evidence{Caller: west(), Called: east()}), record.CauseSignalling},
		{"PRACK refused", "prack.reliable", of(check.Evidence{Caller: reliable(leg("west", "8000", record.Pending, 180), record.Reliable{Code: 180, RSeq: 5, AckCode: 481})}), record.CauseSignalling},
		{"PRACK of one who only supports it refused", "prack.answered", of(check.Evidence{Caller: reliable(west(), record.Reliable{Code: 180, RSeq: 5, RAck: "5 1 INVITE", AckCode: 481}), Called: east()}), record.CauseSignalling},
		{"session timer ignored", "session.agreed", of(check.Evidence{Caller: seen(west(), func(a *record.Attempt) { a.Timer = &record.Timer{Asked: 1800} })}), record.CauseSignalling},
		{"session timer too short", "session.agreed", of(check.Evidence{Caller: seen(west(), func(a *record.Attempt) { a.Timer = &record.Timer{Asked: 1800, Granted: 60, Refresher: "uac"} })}), record.CauseSignalling},
		{"to refresh, and not told so", "session.required", of(check.Evidence{Caller: seen(west(), func(a *record.Attempt) { a.Timer = &record.Timer{Asked: 1800, Granted: 1800, Refresher: "uac"} }), Called: east()}), record.CauseSignalling},
		{"refresh refused", "session.refreshed", of(check.Evidence{Caller: reoffers(west(), refresh)}), record.CauseSignalling},
		{"302 not followed", "redirect.followed", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 100, 486), First: in(leg("east", "8000", record.Rejected, 302))}), record.CauseRouting},
		{"never came to a 302", "redirect.followed", of(check.Evidence{Caller: leg("west", "8000", record.Rejected, 403)}), record.CauseAuthentication},
		{"new offer refused by the other side", "reoffer.accepted", of(check.Evidence{Caller: reoffers(west(), refused), Called: reoffers(east(), record.Reoffer{At: 6, Method: "INVITE", Direction: "sendonly", Code: 488})}), record.CauseSignalling},
		{"refresh refused by the other side", "session.refreshed", of(check.Evidence{Caller: reoffers(west(), refresh), Called: reoffers(east(), record.Reoffer{At: 6, Method: "UPDATE", Code: 481})}), record.CauseSignalling},
		{"resumed, and one is not heard", "media.heard-again", of(check.Evidence{
			Since: 7, Caller: reoffers(west(), hold, resume), Called: reoffers(east(), record.Reoffer{At: 8, Method: "INVITE", Direction: "sendrecv", Code: 200}),
			CallerStream: heard(stream("west", "192.0.2.1:6000", 90, 40), "east"), CalledStream: stream("east", "192.0.2.1:6002", 90, 40),
		}), record.CauseMedia},
		{"offer cut to one codec", "call.answered", of(check.Evidence{
			Caller: seen(leg("west", "8000", record.Rejected, 100, 488), func(a *record.Attempt) { a.Offered = []string{"PCMA/8000", "PCMU/8000"} }),
			Called: seen(in(leg("east", "8000", record.Rejected, 488)), func(a *record.Attempt) { a.Offered = []string{"PCMA/8000"} }),
		}), record.CauseCodec},
		{"transferee is told nothing new", "media.heard-by-callee", withStream(moved(refer(202, 200), leg("south", "5000", record.Answered, 200)), stream("west", "192.0.2.1:6000", 50, 0)), record.CauseSignalling},
		{"transferee is told, and not heard", "media.heard-by-callee", withStream(moved(refer(202, 200), leg("south", "5000", record.Answered, 200)), stream("west", "192.0.2.1:6000", 50, 50), record.Reoffer{At: 3, Method: "INVITE", Direction: "sendrecv", Code: 200}), record.CauseMedia},
		{"REFER refused", "transfer.accepted", moved(refer(405), nil), record.CauseSignalling},
		{"transfer forgotten", "transfer.reached", moved(refer(202, 100), nil), record.CauseSignalling},
		{"transfer not reported", "transfer.notified", moved(refer(202), nil), record.CauseSignalling},
		{"told of the end without a state", "transfer.subscribed", moved(seen(refer(202), func(a *record.Attempt) { a.Refer.Notices = []record.Notice{{Code: 200}} }), leg("south", "5000", record.Answered, 200)), record.CauseSignalling},
		{"told of success while it rings", "transfer.truthful", moved(refer(202, 200), leg("south", "5000", record.Pending, 180)), record.CauseSignalling},
		{"transferor cannot leave", "transfer.out", moved(refer(202, 200), leg("south", "5000", record.Answered, 200)), record.CauseSignalling},
		{"all are released with the transferor", "transfer.out", taken, record.CauseSignalling},
	}
}

// noticed are NOTIFYs with these codes.
func noticed(codes []int) (out []record.Notice) {
	for _, c := range codes {
		state := "active"
		if c >= 200 {
			state = "terminated"
		}
		out = append(out, record.Notice{At: 5, Code: c, State: state})
	}
	return out
}

// bound is a stream whose socket is there.
func bound(s *record.Stream, at string) *record.Stream {
	s.Local = netip.MustParseAddrPort(at)
	return s
}

func unreachable(s *record.Stream) *record.Stream {
	s.SendError = s.Remote.String() + " cannot be reached"
	return s
}
