package diagnosis_test

import (
	"net/netip"
	"testing"

	"ringproof/internal/check"
	"ringproof/reports/diagnosis"
	"ringproof/reports/record"
)

// behindNAT has the called party, or the caller, seen at another address.
func behindNAT(e check.Evidence, party string) check.Evidence {
	e.Mapped = []check.Mapping{{
		Party: party, At: 1e9,
		Own: netip.MustParseAddrPort("10.0.0.7:5062"), Seen: netip.MustParseAddrPort("198.51.100.1:41000"),
	}}
	return e
}

// inside is a stream of a party that stands at a private address.
func inside(party, remote string, sent, received int) *record.Stream {
	s := stream(party, remote, sent, received)
	s.Local = netip.MustParseAddrPort("10.0.0.7:4000")
	return s
}

// natRows: what does not come to a party behind NAT. In those that are put to
// another cause, something else is known to be the matter.
func natRows() []row {
	call := func(codes ...int) check.Evidence {
		outcome := record.Pending
		if n := len(codes); codes[n-1] >= 300 {
			outcome = record.Rejected
		}
		return behindNAT(of(check.Evidence{Caller: seen(leg("west", "1002", outcome, codes...), func(a *record.Attempt) { a.Start = 6e9 })}), "east")
	}
	answered := func() *record.Attempt { return leg("west", "1002", record.Answered, 200) }
	within := func() *record.Attempt { return in(leg("east", "1002", record.Answered, 200)) }
	spoken := func(from, to *record.Stream) check.Evidence {
		return behindNAT(of(check.Evidence{Caller: answered(), Called: within(), CallerStream: from, CalledStream: to}), "east")
	}
	return []row{
		{"call to a phone behind NAT in vain, so far", "call.delivered", call(100), record.CauseNAT},
		{"call to a phone behind NAT in vain, and said so", "call.delivered", call(100, 408), record.CauseNAT},
		{"late call to a phone behind NAT in vain", "register.idle", call(100, 408), record.CauseNAT},
		{"call to a phone behind NAT that is not registered", "register.idle", call(100, 480), record.CauseRegistration},
		{"call to a phone behind NAT refused for its number", "call.delivered", call(404), record.CauseRouting},
		{"call by a phone behind NAT in vain", "call.delivered", behindNAT(of(check.Evidence{Caller: leg("west", "1002", record.Pending, 100)}), "west"), record.CauseRouting},
		{"BYE to a phone behind NAT in vain", "call.released", behindNAT(of(check.Evidence{Caller: hungUp(answered(), 0), Called: within()}), "east"), record.CauseNAT},
		{"BYE to a phone behind NAT answered, and not sent on", "call.released", behindNAT(of(check.Evidence{Caller: hungUp(answered(), 200), Called: within()}), "east"), record.CauseSignalling},
		{"ACK to a phone behind NAT in vain", "call.released", behindNAT(of(check.Evidence{Caller: answered(), Called: seen(within(), func(a *record.Attempt) { a.Unacked = true })}), "east"), record.CauseNAT},
		{"voice to the inside address of a phone behind NAT", "media.heard-by-callee", spoken(stream("west", "10.0.0.7:4000", 250, 250), inside("east", "192.0.2.11:4000", 250, 0)), record.CauseNAT},
		{"voice to a relay, and not to a phone behind NAT", "media.heard-by-callee", spoken(stream("west", "192.0.2.1:30000", 250, 250), inside("east", "192.0.2.1:30002", 250, 0)), record.CauseMedia},
		{"voice from a phone behind NAT", "media.heard-by-caller", spoken(stream("west", "10.0.0.7:4000", 250, 0), inside("east", "192.0.2.11:4000", 250, 250)), record.CauseMedia},
	}
}

// Of no party is it guessed that it stands behind NAT: without what the system
// said of its address, each finding for that is another one.
func TestNATIsKnownAndNotGuessed(t *testing.T) {
	for _, r := range natRows() {
		r.evidence.Mapped = nil
		if f := diagnosis.Diagnose(r.check, r.evidence); f.Cause == record.CauseNAT {
			t.Errorf("%s: got %s (%s)", r.name, f.Cause, f.Why)
		}
	}
}
