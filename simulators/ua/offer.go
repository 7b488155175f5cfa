package ua

import (
	"errors"
	"net/netip"
	"slices"

	"ringproof/internal/sdp"
)

// What we speak, best first (RFC 3551 §6).
func codecs() []sdp.Codec { return named("PCMA", "PCMU") }

// named gives codecs of those names. Those that we only name and do not speak
// are for calls that must not come to pass.
func named(names ...string) []sdp.Codec {
	var out []sdp.Codec
	for _, c := range []sdp.Codec{
		{PT: 8, Name: "PCMA", Clock: 8000},
		{PT: 0, Name: "PCMU", Clock: 8000},
		{PT: 9, Name: "G722", Clock: 8000},
		{PT: 18, Name: "G729", Clock: 8000},
	} {
		if slices.Contains(names, c.Name) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b sdp.Codec) int {
		return slices.Index(names, a.Name) - slices.Index(names, b.Name)
	})
	return out
}

// negotiation is one side's state of offer and answer (RFC 3264).
type negotiation struct {
	id, version uint64
	at          netip.AddrPort // our media
	said        []byte         // our last description
	video       pictures
	codecs      []sdp.Codec   // of this call
	direction   sdp.Direction // that we want: sendrecv, or sendonly to hold
}

// errNoCodec is an offer or an answer without a codec that we speak.
var errNoCodec = errors.New("no common codec")

func (n *negotiation) describe(media []sdp.Media) []byte {
	n.version++
	s := sdp.Session{ID: n.id, Version: n.version, Host: n.at.Addr(), Media: media}
	n.said = s.Bytes()
	return n.said
}

// offer writes an offer of all our codecs.
func (n *negotiation) offer() []byte {
	return n.describe(append([]sdp.Media{{
		Kind: "audio", Proto: "RTP/AVP", Addr: n.at, Codecs: n.codecs,
		Direction: n.direction, PTime: 20_000_000,
	}}, n.video.offer()...))
}

// agreed is what came of an offer and its answer.
type agreed struct {
	remote netip.AddrPort
	codec  sdp.Codec
}

// answer answers an offer: as many m-lines in the same order, the first audio
// with the offerer's best codec that we speak, the first video where there are
// pictures, the rest refused (RFC 3264 §6).
func (n *negotiation) answer(offer []byte) ([]byte, agreed, error) {
	d, err := sdp.Parse(offer)
	if err != nil {
		return nil, agreed{}, err
	}
	var media []sdp.Media
	var got agreed
	found := false
	n.video.to = agreed{}
	for _, m := range d.Media {
		if v, ok := n.video.answer(m); ok {
			media = append(media, v)
			continue
		}
		ours := sdp.Media{Kind: m.Kind, Proto: m.Proto, Codecs: m.Codecs, Direction: n.mirror(m.Direction)}
		if c, ok := n.common(m.Codecs); ok && !found && m.Kind == "audio" && m.Addr.Port() != 0 {
			found = true
			ours.Addr, ours.Codecs, ours.PTime = n.at, []sdp.Codec{c}, 20_000_000
			got = agreed{heardAt(m), c}
		}
		media = append(media, ours)
	}
	if !found && !n.video.to.remote.IsValid() {
		return nil, agreed{}, errNoCodec
	}
	return n.describe(media), got, nil
}

// accept reads the answer to our offer.
func (n *negotiation) accept(answer []byte) (agreed, error) {
	d, err := sdp.Parse(answer)
	if err != nil {
		return agreed{}, err
	}
	n.video.accept(d)
	m := d.Audio()
	if m == nil {
		return agreed{}, n.silent()
	}
	c, ok := n.common(m.Codecs)
	if !ok {
		return agreed{}, errNoCodec
	}
	return agreed{heardAt(*m), c}, nil
}

// heardAt gives where the other side wants our media; nowhere if it wants
// none.
func heardAt(m sdp.Media) netip.AddrPort {
	if m.Direction == sdp.SendOnly || m.Direction == sdp.Inactive {
		return netip.AddrPortFrom(m.Addr.Addr(), 0)
	}
	return m.Addr
}

func (n *negotiation) common(theirs []sdp.Codec) (sdp.Codec, bool) {
	for _, c := range theirs {
		if slices.ContainsFunc(n.codecs, func(o sdp.Codec) bool { return o.Name == c.Name && o.Clock == c.Clock }) {
			return c, true
		}
	}
	return sdp.Codec{}, false
}

// mirror turns a direction round (RFC 3264 §6.1); on hold we hear nothing.
func (n *negotiation) mirror(d sdp.Direction) sdp.Direction {
	sends, hears := d != sdp.SendOnly && d != sdp.Inactive, d != sdp.RecvOnly && d != sdp.Inactive
	if n.direction == sdp.SendOnly {
		hears = false
	}
	switch {
	case sends && hears:
		return sdp.SendRecv
	case sends:
		return sdp.SendOnly
	case hears:
		return sdp.RecvOnly
	}
	return sdp.Inactive
}

// names gives the codecs of a description's audio.
func names(body []byte) (out []string) {
	d, err := sdp.Parse(body)
	if len(body) == 0 || err != nil || d.Audio() == nil {
		return nil
	}
	for _, c := range d.Audio().Codecs {
		out = append(out, c.String())
	}
	return out
}
