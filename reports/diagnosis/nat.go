package diagnosis

import (
	"fmt"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// behind gives where a party stands and where the system sees it, if those
// differ: nil for one that is not known to stand behind NAT.
func behind(e check.Evidence, party string) *check.Mapping {
	for i := range e.Mapped {
		if e.Mapped[i].Party == party {
			return &e.Mapped[i]
		}
	}
	return nil
}

// stands says so in words.
func stands(m *check.Mapping) string {
	return fmt.Sprintf("%s stands at %s and is seen at %s (RFC 3581 §4: received and rport in what it is answered): it is behind NAT", m.Party, m.Own, m.Seen)
}

// natToDo is what to look at where a request does not reach a phone behind
// NAT: two faults look the same from inside.
const natToDo = "Capture at the system where it sends the request. To %s, the phone's private address: switch on NAT handling there (send to where the REGISTER came from, not to the Contact; rewrite the Contact of calls too). To %s, where the phone was seen: the NAT had closed that way as it was idle: have the system ping phones behind NAT, or the phone keep it open (RFC 5626 §4.4), more often than the NAT forgets."

// lostToNAT says why a call that the system took and sent on came to nobody;
// nil where it was refused for a reason of its own, or the called party is not
// known to stand behind NAT.
func lostToNAT(e check.Evidence) *record.Finding {
	c, m := e.Caller, behind(e, e.CalledName)
	if c == nil || e.Called != nil || m == nil || len(c.Responses) == 0 {
		return nil
	}
	if last := c.Responses[len(c.Responses)-1].Code; c.Final() == 0 && last >= 200 {
		return nil // the system fell silent after a challenge
	}
	switch c.Final() {
	case 0, 408, 503, 504: // what a system makes of a silence
	default:
		return nil
	}
	idle := ""
	if c.Start-m.At >= int64(time.Second) {
		idle = fmt.Sprintf(" %s after that phone was last answered", time.Duration(c.Start-m.At).Round(100*time.Millisecond))
	}
	return &record.Finding{
		Cause: record.CauseNAT,
		Why:   fmt.Sprintf("The system took the call to %s%s, and no INVITE came to %s; the caller got %s. %s.", c.To, idle, m.Party, code(c.Final()), stands(m)),
		ToDo:  fmt.Sprintf(natToDo, m.Own, m.Seen),
	}
}

// reofferLostToNAT says why a new offer was not answered that never came to the
// other side; nil where it was answered, or that side is not known to stand
// behind NAT.
func reofferLostToNAT(e check.Evidence) *record.Finding {
	who, r := check.LastReoffer(e)
	if who == nil || r.Code != 0 {
		return nil
	}
	other := otherThan(who, e)
	if other == nil || askedWith(other, r) != nil {
		return nil
	}
	m := behind(e, other.Party)
	if m == nil {
		return nil
	}
	return &record.Finding{
		Cause: record.CauseNAT,
		Why:   fmt.Sprintf("The %s of %s within the call%s got no answer, and never came to %s. %s.", r.Method, who.Party, purpose(r.Direction), m.Party, stands(m)),
		ToDo:  fmt.Sprintf(natToDo, m.Own, m.Seen),
	}
}

// byeLostToNAT says why a party behind NAT was not told of the end, or of the
// ACK to its answer; nil where something was answered.
func byeLostToNAT(e check.Evidence) *record.Finding {
	for _, leg := range []struct{ own, other *record.Attempt }{{e.Caller, e.Called}, {e.Called, e.Caller}} {
		if leg.own == nil || leg.other == nil {
			continue
		}
		m := behind(e, leg.own.Party)
		request := ""
		switch {
		case m == nil:
			continue
		case leg.own.Unacked:
			request = "ACK to its answer"
		case leg.other.ByeSent && leg.other.ByeCode == 0 && leg.own.ByeAt == 0:
			request = fmt.Sprintf("BYE of %s, which nobody answered,", leg.other.Party)
		default:
			continue
		}
		return &record.Finding{
			Cause: record.CauseNAT,
			Why:   fmt.Sprintf("The %s never came to %s, which stays in the call. %s.", request, m.Party, stands(m)),
			ToDo:  fmt.Sprintf(natToDo, m.Own, m.Seen),
		}
	}
	return nil
}

// voiceLostToNAT says that an unheard voice was sent, since a point of time, to
// the address that its listener has inside of its NAT; nil where it went
// elsewhere.
func voiceLostToNAT(w way, since string, e check.Evidence) *record.Finding {
	m := behind(e, w.listener)
	if m == nil || w.from == nil || w.to == nil || w.from.Remote != w.to.Local || w.from.Local.Addr() == w.to.Local.Addr() {
		return nil
	}
	return &record.Finding{
		Cause: record.CauseNAT,
		Why: fmt.Sprintf("%s was told to send its voice to %s, the address of %s inside of its NAT, and nothing of it came there%s. %s.",
			w.speaker, w.from.Remote, w.listener, since, stands(m)),
		ToDo: "Have the system relay the media of parties behind NAT, and write its own address into the SDP of both sides; or let the party put its outside address there (STUN, an external address; trunks[].advertise of a peer that we play).",
	}
}
