package bridge

import (
	"net/netip"

	"ringproof/internal/sdp"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/relay"
)

// plane is the media of a call: a relay session for each audio or video
// m-line of the offer, in the offer's order. Other m-lines are refused.
type plane struct {
	relay          *relay.Relay
	hooks          *seam.Hooks
	caller, callee seam.Leg
	direct         bool             // no relay: the sides send to each other
	streams        []*relay.Session // nil where the m-line is not relayed
	video          bool             // one of them is video
}

// relayed tells whether an m-line goes through the relay.
func relayed(m sdp.Media) bool { return (m.Kind == "audio" || m.Kind == "video") && m.Addr.Port() != 0 }

// open takes ports for the m-lines of an offer that have none yet. It tells
// whether there is any stream at all.
func (p *plane) open(offer *sdp.Session) (bool, error) {
	any := false
	for i, m := range offer.Media {
		if i == len(p.streams) {
			p.streams = append(p.streams, nil)
		}
		if !relayed(m) || m.Kind == "video" && !p.hooks.Carries(p.caller, p.callee) {
			continue
		}
		any = true
		if p.direct || p.streams[i] != nil {
			continue
		}
		caller, callee := p.caller, p.callee
		caller.Video = m.Kind == "video"
		callee.Video = caller.Video
		s, err := p.relay.Open(caller, callee)
		if err != nil {
			return false, err
		}
		p.streams[i] = s
		p.video = p.video || caller.Video
	}
	return any, nil
}

// hear takes the media addresses of one side from its description. It tells
// whether there were any.
func (p *plane) hear(fromCaller bool, d *sdp.Session) bool {
	any := false
	for i, m := range d.Media {
		if p.direct && relayed(m) {
			any = true
			continue
		}
		if i >= len(p.streams) || p.streams[i] == nil || !relayed(m) {
			continue
		}
		any = true
		if fromCaller {
			p.streams[i].SetCaller(m.Addr)
		} else {
			p.streams[i].SetCallee(m.Addr)
		}
	}
	return any
}

// moved points a description to the relay, as the caller or the called side is
// to see it. M-lines that are not relayed are refused.
func (p *plane) moved(body []byte, toCaller bool) ([]byte, error) {
	if p.direct {
		return body, nil
	}
	return sdp.Rewrite(body, func(i int, m sdp.Media) netip.AddrPort {
		if i >= len(p.streams) || p.streams[i] == nil || !relayed(m) {
			return netip.AddrPortFrom(m.Addr.Addr(), 0)
		}
		if m.Addr.Addr().IsUnspecified() { // on hold, the older way (RFC 3264 §8.4)
			return m.Addr
		}
		if toCaller {
			return p.streams[i].CallerAddr()
		}
		return p.streams[i].CalleeAddr()
	})
}

func (p *plane) close() {
	for _, s := range p.streams {
		if s != nil {
			s.Close()
		}
	}
}
