package ua

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"ringproof/internal/sdp"
	"ringproof/simulators/h264"
)

// Video is what a call shows and sees: a camera that sends, or a screen that
// only looks.
type Video interface {
	Media
	// Sends tells a camera from a screen.
	Sends() bool
}

// Video gives the call's pictures; nil where it has none.
func (c *Call) Video() Video {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.video
}

// openVideo opens the pictures that the agent has for this call, if any.
func (c *Call) openVideo() (Video, error) {
	if c.agent.cfg.Video == nil {
		return nil, nil //nolint:nilnil // a phone without a screen is no error
	}
	return c.agent.cfg.Video(c.user)
}

// show starts, moves or stops the pictures, as was agreed.
func (c *Call) show() {
	v := c.Video()
	switch to := c.sdp.video.to; {
	case v == nil:
	case to.remote.IsValid():
		v.Start(to.remote, to.codec)
	default:
		v.Hush()
	}
}

// opened gives the media that the call has.
func (c *Call) opened() (all []Media) {
	if m := c.Media(); m != nil {
		all = append(all, m)
	}
	if v := c.Video(); v != nil {
		all = append(all, v)
	}
	return all
}

// pictures is the video line of a negotiation: one at most.
type pictures struct {
	at    netip.AddrPort // invalid where there is none
	sends bool
	to    agreed // nowhere, unless video was agreed on
}

func newPictures(v Video, advertised func(netip.AddrPort) netip.AddrPort) pictures {
	if v == nil {
		return pictures{}
	}
	return pictures{at: advertised(v.Addr()), sends: v.Sends()}
}

// screen is the highest level that we show: any camera's of today
// (RFC 6184 §8.1, level 5.1).
const screen = "42e033"

// offer gives the line for an offer, if there is one (RFC 6184 §8.2.2).
func (p *pictures) offer() []sdp.Media {
	if !p.at.IsValid() {
		return nil
	}
	m := sdp.Media{Kind: "video", Proto: "RTP/AVP", Addr: p.at, Direction: sdp.RecvOnly}
	level := screen
	if p.sends {
		m.Direction, level = sdp.SendOnly, h264.ProfileLevel
	}
	m.Codecs = []sdp.Codec{avc(96, level)}
	return []sdp.Media{m}
}

func avc(pt uint8, profileLevel string) sdp.Codec {
	return sdp.Codec{PT: pt, Name: "H264", Clock: 90000, Fmtp: fmt.Sprintf("profile-level-id=%s;packetization-mode=1", profileLevel)}
}

// answer answers a line of an offer, the first that can be, and tells whether
// it did.
func (p *pictures) answer(m sdp.Media) (sdp.Media, bool) {
	if !p.at.IsValid() || p.to.remote.IsValid() || m.Kind != "video" || m.Addr.Port() == 0 {
		return sdp.Media{}, false
	}
	c, profile, ok := baseline(m.Codecs)
	if !ok {
		return sdp.Media{}, false
	}
	level := screen
	if p.sends {
		level = h264.ProfileLevel
	}
	p.to = agreed{heardAt(m), c}
	return sdp.Media{
		Kind: m.Kind, Proto: m.Proto, Addr: p.at, Direction: p.direction(m.Direction),
		Codecs: []sdp.Codec{avc(c.PT, profile+level[4:])}, // the profile as offered, the level is ours
	}, true
}

// accept takes the line of an answer to our offer.
func (p *pictures) accept(d *sdp.Session) {
	p.to = agreed{}
	for _, m := range d.Media {
		if c, _, ok := baseline(m.Codecs); ok && p.at.IsValid() && m.Kind == "video" && m.Addr.Port() != 0 {
			p.to = agreed{heardAt(m), c}
			return
		}
	}
}

// direction is ours in answer to theirs: a camera sends to whoever looks, a
// screen looks at whoever sends (RFC 3264 §6.1).
func (p *pictures) direction(theirs sdp.Direction) sdp.Direction {
	looks := theirs == sdp.SendRecv || theirs == sdp.RecvOnly
	shows := theirs == sdp.SendRecv || theirs == sdp.SendOnly
	switch {
	case p.sends && looks:
		return sdp.SendOnly
	case !p.sends && shows:
		return sdp.RecvOnly
	}
	return sdp.Inactive
}

// baseline finds H.264 of a baseline profile in packetization-mode 1, and the
// profile as it was said. Without a word of them the profile is 4200 and the
// mode 0 (RFC 6184 §8.1).
func baseline(codecs []sdp.Codec) (sdp.Codec, string, bool) {
	for _, c := range codecs {
		if c.Name != "H264" || c.Clock != 90000 {
			continue
		}
		profile, mode := "4200", "0"
		for _, part := range strings.Split(c.Fmtp, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			switch strings.ToLower(name) {
			case "profile-level-id":
				if len(value) == 6 {
					profile = strings.ToLower(value[:4])
				}
			case "packetization-mode":
				mode = value
			}
		}
		if mode == "1" && strings.HasPrefix(profile, "42") {
			return c, profile, true
		}
	}
	return sdp.Codec{}, "", false
}

// silent is what an answer without sound comes to: pictures alone will do.
func (n *negotiation) silent() error {
	if n.video.to.remote.IsValid() {
		return nil
	}
	return errNoCodec
}

// Settled waits until the owner of the call has acted on what was observed so
// far: a call that is answered has its media then.
func (c *Call) Settled(ctx context.Context) error { return c.ask(ctx, func() {}) }
