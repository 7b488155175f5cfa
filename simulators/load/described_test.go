package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// An answer to an offer names a stream, or the call is none (RFC 3261 §13.2.1,
// RFC 3264 §6).
func TestAnAnswerNamesAStream(t *testing.T) {
	const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
	for name, x := range map[string]struct {
		body string // of the 200
		good bool
	}{
		"none":                 {"", false},
		"no stream":            {sdp, false},
		"refused":              {sdp + "m=audio 0 RTP/AVP 0\r\n", false},
		"refused, by two 0":    {sdp + "m=audio 00 RTP/AVP 0\r\n", false},
		"another":              {sdp + "m=video 4000 RTP/AVP 96\r\n", false},
		"in an attribute":      {sdp + "a=m=audio 4000 RTP/AVP 0\r\n", false},
		"sound":                {sdp + "m=audio 4000 RTP/AVP 0\r\n", true},
		"discarded":            {sdp + "m=audio 9 RTP/AVP 0\r\n", true},
		"two ports":            {sdp + "m=audio 4000/2 RTP/AVP 0\r\n", true},
		"a name":               {strings.ReplaceAll(sdp, "127.0.0.1", "media.example") + "m=audio 4000 RTP/AVP 0\r\n", true},
		"on hold":              {sdp + "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n", true},
		"a part of several":    {"--x\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "m=audio 4000 RTP/AVP 0\r\n--x\r\nContent-Type: application/ISUP\r\n\r\n\x01\x02\r\n--x--\r\n", true},
		"lines that end in LF": {strings.ReplaceAll(sdp, "\r", "") + "m=audio 4000 RTP/AVP 0\n", true},
	} {
		c, _ := place(t, one(), 0, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				head, _, _ := strings.Cut(respond(t, text, "200 OK"), "Content-Type")
				f.deliver(time.Millisecond, head+withBody(x.body))
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		})
		r := (&Result{Measure: c.m}).Report()
		if (r.Failed() == 0) != x.good || (r.Undescribed == 0) != x.good || (len(r.Faults()) == 0) != x.good || len(Thresholds{}.Check(r)) == 0 != x.good {
			t.Errorf("%s: %d failed, %q; %s", name, r.Failed(), r.Faults(), counts(c))
		}
		if r.Completed != 1 || c.m.Seconds[0].Failed != uint32(r.Failed()) {
			t.Errorf("%s: want it released, and its second to know; %s", name, counts(c))
		}
	}
}

// Who is called gets an offer in INVITE, or an answer to its own in ACK.
func TestAnOfferComesToTheCrowd(t *testing.T) {
	sdp := SDP(there)
	for name, x := range map[string]struct {
		invite, ack string // bodies
		lost        uint64
	}{
		"in INVITE":      {sdp, "", 0},
		"in ACK":         {"", sdp, 0},
		"nowhere":        {"", "", 1},
		"and is refused": {"", strings.Replace(sdp, "m=audio 5070", "m=audio 0", 1), 1},
	} {
		c, _ := host(t, Manners{}, 10*time.Second, func(f *fake) {
			head, _, _ := strings.Cut(ask("INVITE", "1", "", 1), "v=0")
			f.deliver(0, head+x.invite)
		}, func(f *fake, _ netip.AddrPort, text string) {
			if strings.HasPrefix(text, "SIP/2.0 200") && has(text, "1 INVITE") {
				f.deliver(time.Millisecond, ask("ACK", "1", toTag(t, text), 1)+x.ack)
			}
		})
		h := Hosted{Host: c.host}
		if h.Undescribed != x.lost || len(h.Faults()) != int(x.lost) || len(h.Check(Report{Answered: 1, Attempts: 1})) != int(x.lost) {
			t.Errorf("%s: %s, %q", name, tallies(c.host), h.Faults())
		}
	}
}
