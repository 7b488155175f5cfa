package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Faults say what the system under test did wrong, as the callers saw it. Of a
// run that is invalid they say nothing: it may have been this machine.
func (r Report) Faults() (out []string) {
	if !r.Valid {
		return nil
	}
	did := "calls"
	if r.Of == "registrations" {
		did = "registrations"
	}
	say := func(n uint64, format string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("the system under test "+strings.ReplaceAll(format, "calls", did), n, r.Placed()))
		}
	}
	switch {
	case r.Connections != nil && r.Disconnected > 0:
		what := "lost the connection on which %d of %d calls waited for a response"
		if r.Connections.Opened == 0 {
			what = "took no connection for %d of %d calls"
		}
		say(r.Disconnected, what)
		out = append(out, "  "+r.Connections.Why)
	case r.PortClosed: // over TCP it is why connections were lost
		out = append(out, "the system under test had its port closed (ICMP port unreachable)")
	}
	say(r.Unbound, "accepted %d of %d calls and did not list the contact")
	for _, u := range r.Unusable {
		say(u.Calls, "answered %d of %d calls with "+u.What)
	}
	say(r.TimedOut-r.mute-r.unusable, "left %d of %d calls without a final response for 32 s")
	for _, code := range slices.Sorted(maps.Keys(r.Codes)) {
		if code >= 500 && code < 600 {
			say(r.Codes[code], fmt.Sprintf("refused %%d of %%d calls with %d", code))
		}
	}
	say(r.LateAnswers, "answered %d of %d calls that had been given up")
	say(r.ReleasedEarly, "hung up %d of %d calls before their time: nobody at the called side did")
	say(r.Undescribed, "answered %d of %d calls with a 200 that names no audio stream, in answer to an offer of one (RFC 3261 §13.2.1, RFC 3264 §6)")
	for _, u := range r.ByeUnusable {
		say(u.Calls, "answered the BYE of %d of %d calls with "+u.What)
	}
	say(r.ByeTimedOut-r.byeUnusable, "left the BYE of %d of %d calls without a response for 32 s")
	say(r.ByeRefused, "refused the BYE of %d of %d calls")
	say(r.Misled, "sent %d BYEs with a To or From tag of no dialog of ours, in %d calls")
	if r.Voices != nil {
		out = append(out, r.Voices.faults()...)
	}
	say(r.Broken, "sent %d messages that are no SIP, in %d calls")
	return out
}

// faults say what the system under test made of voices.
func (v *Voices) faults() (out []string) {
	for _, x := range []struct {
		n    uint64
		what string
	}{
		{v.NotHere, "did not bring the called side's voice to the caller"},
		{v.NotThere, "did not bring the caller's voice to the called side"},
		{v.Echo, "sent the caller's own voice back to it"},
		{v.Cut, "hung up within a second"},
		{v.Crossed, "crossed lines: one side heard another call"},
		{v.Foreign, "let the caller hear somebody else beside the called side"},
		{v.Changed, "changed what was said, or put silence or another sound in its place"},
		{v.Late, "brought no voice in the first half second"},
		{v.Gaps, "lost more than 5 % of a voice, or its end"},
		{v.Unasked, "named no address to speak to in its answer"},
	} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("the system under test %s, in %d of %d calls with media", x.what, x.n, v.Calls()))
		}
	}
	return out
}
