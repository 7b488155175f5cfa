package load

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"ringproof/internal/network"
	"ringproof/simulators/load/lines"
)

// Media says which calls have a voice. The crowd that answers them must have
// one too.
type Media struct {
	// Share of the calls that have one, from 0 to 1. The others offer a
	// stream at a port where nobody listens (discard, RFC 863).
	Share float64
	// Most is how many may have one at a time; 0 is 2,000.
	Most int
	// AnyNumber lets the called side be called by a number that does not end
	// in the digits that were dialled. Else calls that have changed places as
	// a whole are told by that.
	AnyNumber bool
}

// mostLines is how many calls have a voice at a time, if nothing is said.
const mostLines = 2_000

// CrowdLines is how many ports a crowd may lend: about as many as an address
// has for that. It needs one for every call that comes through a relay, which
// names a port for each, also where its caller has no voice.
const CrowdLines = 20_000

// voices are the media of one caller.
type voices struct {
	pool    *lines.Pool
	share   float64
	compare bool
	sdp     func(port uint16) string
}

// open opens what voices need; nil if there are none.
func (m Media) open(n network.Network, at netip.Addr) *lines.Pool {
	if m.Share == 0 {
		return nil
	}
	most := m.Most
	if most == 0 {
		most = mostLines
	}
	return lines.Open(lines.Config{Network: n, Address: at, Most: most})
}

// voices gives a caller its voices; nil if there are none.
func (m Media) voices(pool *lines.Pool, at netip.Addr) *voices {
	if pool == nil {
		return nil
	}
	return &voices{pool: pool, share: m.Share, compare: !m.AnyNumber, sdp: func(port uint16) string { return SDP(netip.AddrPortFrom(at, port)) }}
}

// line gives the n-th call of the run a voice, if it is to have one.
func (v *voices) line(n uint64) *lines.Line {
	if v == nil || uint64(float64(n)*v.share) == uint64(float64(n+1)*v.share) {
		return nil
	}
	l, err := v.pool.Take()
	if err != nil {
		return nil // the pool has counted it
	}
	return l
}

// body gives the end of a message that describes the media of a call.
func (c *caller) body(k *call) string {
	if k.line == nil {
		return c.w.body
	}
	return withBody(c.voices.sdp(k.line.Port()))
}

// talk has a call speak to where a description says.
func (c *caller) talk(k *call, sdp []byte) {
	if k.line == nil {
		return
	}
	if to, ok := audio(sdp); ok {
		k.line.Talk(to, c.w.to(nil, k.n), c.voices.compare)
	}
}

// tooShort is how long a call must have had media to be judged, and lateVoice
// when the first answer to what the caller says comes too late: there and back
// it should take 300 ms (ITU-T G.114), and who waits longer begins again.
const (
	tooShort  = time.Second
	lateVoice = 500 * time.Millisecond
)

// hang ends the media of a call and counts what was heard.
func (c *caller) hang(k *call) {
	if k.line == nil {
		return
	}
	h := k.line.Hang()
	k.line = nil
	if k.flags&undescribed != 0 {
		return // it is counted as that
	}
	failed := c.m.Voices.Failed()
	c.m.Voices.count(h, k.flags&answered != 0, k.flags&cutOff != 0)
	if c.m.Voices.Failed() > failed {
		c.unfinished(k)
	}
}

// Voices count calls by what was heard in them. A call stands in one of them.
type Voices struct {
	Good     uint64 `json:"good"`      // each side heard the other
	NotHere  uint64 `json:"not_here"`  // the caller heard nothing
	NotThere uint64 `json:"not_there"` // the called side heard nothing
	Crossed  uint64 `json:"crossed"`   // somebody heard another call
	Foreign  uint64 `json:"foreign"`   // the caller heard somebody else beside the called side
	Changed  uint64 `json:"changed"`   // what came was something else: silence, or changed on the way
	Late     uint64 `json:"late"`      // the caller heard nothing for the first half second
	Gaps     uint64 `json:"gaps"`      // more than 5 % lost, or the end
	Unasked  uint64 `json:"unasked"`   // the answer said no address to speak to
	Echo     uint64 `json:"echo"`      // the caller heard itself
	Cut      uint64 `json:"cut"`       // the other side hung up in less than a second
	Short    uint64 `json:"short"`     // over too soon to tell: less than a second
}

// count counts a call; cut says that the other side hung up before its time.
func (v *Voices) count(h lines.Heard, answered, cut bool) {
	here, there := h.Gaps()
	switch {
	case !answered:
	case h.For == 0:
		v.Unasked++
	case h.IsEcho():
		v.Echo++
	case h.IsCrossed():
		v.Crossed++
	case h.HasForeign():
		v.Foreign++
	case h.For < tooShort && cut:
		v.Cut++
	case h.For < tooShort:
		v.Short++
	case h.Packets == 0 && h.Strange > 0:
		v.Changed++
	case h.Packets == 0:
		v.NotHere++
	case h.There == 0:
		v.NotThere++
	case h.After > lateVoice:
		v.Late++
	case here || there:
		v.Gaps++
	default:
		v.Good++
	}
}

func (v *Voices) add(o Voices) {
	for _, x := range []struct {
		to   *uint64
		from uint64
	}{
		{&v.Good, o.Good},
		{&v.NotHere, o.NotHere},
		{&v.NotThere, o.NotThere},
		{&v.Crossed, o.Crossed},
		{&v.Foreign, o.Foreign},
		{&v.Changed, o.Changed},
		{&v.Late, o.Late},
		{&v.Gaps, o.Gaps},
		{&v.Unasked, o.Unasked},
		{&v.Echo, o.Echo},
		{&v.Cut, o.Cut},
		{&v.Short, o.Short},
	} {
		*x.to += x.from
	}
}

// Failed gives how many calls were answered and had no good voice.
func (v Voices) Failed() uint64 {
	return v.NotHere + v.NotThere + v.Crossed + v.Foreign + v.Changed + v.Late + v.Gaps + v.Unasked + v.Echo + v.Cut
}

// Calls gives how many there were.
func (v Voices) Calls() uint64 { return v.Failed() + v.Good + v.Short }

// describes tells whether a body names an audio stream that is not refused (RFC
// 3264 §6), by itself or as a part of several.
func describes(body []byte) bool {
	const stream = "m=audio "
	i := bytes.Index(body, []byte(stream))
	if i < 0 || i > 0 && body[i-1] != '\n' {
		return false
	}
	port := bytes.TrimLeft(body[i+len(stream):], "0")
	return len(port) > 0 && '1' <= port[0] && port[0] <= '9'
}

// audio gives where a description wants its first audio stream: the m= line's
// port at its c= line, or at that of the session (RFC 8866 §5.7, §5.14). A port
// of 0 is a stream that was refused, 9 one that nobody listens to.
func audio(sdp []byte) (netip.AddrPort, bool) {
	var at netip.Addr
	port := uint64(0)
	for line := range bytes.Lines(sdp) {
		line = bytes.TrimRight(line, "\r\n")
		switch f := bytes.Fields(line); {
		case bytes.HasPrefix(line, []byte("m=")) && port != 0:
			return netip.AddrPortFrom(at, uint16(port)), at.IsValid()
		case bytes.HasPrefix(line, []byte("m=audio ")) && len(f) > 1:
			n, _, _ := bytes.Cut(f[1], []byte("/"))
			port, _ = strconv.ParseUint(string(n), 10, 16) // 0 if it is none
			if port == 9 {
				port = 0
			}
		case bytes.HasPrefix(line, []byte("c=IN IP")) && len(f) > 2:
			a, _, _ := bytes.Cut(f[2], []byte("/"))
			at, _ = netip.ParseAddr(string(a)) // not valid if it is none
		}
	}
	return netip.AddrPortFrom(at, uint16(port)), at.IsValid() && port != 0
}

// listen gives a guest a voice, which speaks to where the offer says when it is
// spoken to.
func (c *crowd) listen(g *guest, m *message) {
	if c.lines == nil {
		return
	}
	to, ok := audio(m.body)
	if !ok {
		return
	}
	if g.line == nil {
		l, err := c.lines.Take()
		if err != nil {
			return // the pool has counted it
		}
		g.line = l
	}
	g.line.Listen(to, userOf(m.uri))
}

// describe gives the end of an answer.
func (c *crowd) describe(g *guest) string {
	if g.line == nil {
		return c.body
	}
	return withBody(SDP(netip.AddrPortFrom(c.s.Local().Addr(), g.line.Port())))
}

// silence ends the voice of a guest.
func (c *crowd) silence(g *guest) {
	if g.line == nil {
		return
	}
	h := g.line.Hang()
	if h.Packets > 0 {
		c.host.Spoken++
	}
	if h.HasForeign() {
		c.host.Foreign++
	}
	if h.IsEcho() {
		c.host.Echo++
	}
	if h.Packets == 0 && h.Strange > 0 {
		c.host.Changed++
	}
	g.line = nil
}

// laggards is the share of the packets of voices that may be sent late.
const laggards = 0.01

// late says what of this machine may have spoiled voices.
func late(whose string, s lines.Stats) (out []Reason) {
	if s.Missing > 0 {
		out = append(out, Reason{
			fmt.Sprintf("%d calls of %s got no voice: all %d ports for it were in use, or no more could be opened", s.Missing, whose, s.Lines),
			"Give fewer calls a voice (--media), shorten the calls, or allow more ports (--lines).",
		})
	}
	if float64(s.Late) > laggards*float64(s.Sent) {
		out = append(out, Reason{
			fmt.Sprintf("%d of %d voice packets of %s were sent more than 20 ms late", s.Late, s.Sent, whose), leaveACore,
		})
	}
	return out
}
