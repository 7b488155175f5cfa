package ua

import (
	"errors"
	"net/netip"
	"slices"

	"ringproof/internal/sdp"
)

// What we speak, best first (RFC 3551 §6).
func codecs() []sdp.Codec {
	return []sdp.Codec{{PT: 8, Name: "PCMA", Clock: 8000}, {PT: 0, Name: "PCMU", Clock: 8000}}
}

// negotiation is one side's state of offer and answer (RFC 3264).
type negotiation struct {
	id, version uint64
	at          netip.AddrPort // our media
	said        []byte         // our last description
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
	return n.describe([]sdp.Media{{
		Kind: "audio", Proto: "RTP/AVP", Addr: n.at, Codecs: codecs(),
		Direction: sdp.SendRecv, PTime: 20_000_000,
	}})
}

// agreed is what came of an offer and its answer.
type agreed struct {
	remote netip.AddrPort
	codec  sdp.Codec
}

// answer answers an offer: as many m-lines in the same order, the first audio
// with the offerer's best codec that we speak, the rest refused
// (RFC 3264 §6).
func (n *negotiation) answer(offer []byte) ([]byte, agreed, error) {
	d, err := sdp.Parse(offer)
	if err != nil {
		return nil, agreed{}, err
	}
	var media []sdp.Media
	var got agreed
	found := false
	for _, m := range d.Media {
		ours := sdp.Media{Kind: m.Kind, Proto: m.Proto, Codecs: m.Codecs, Direction: mirror(m.Direction)}
		if c, ok := common(m.Codecs); ok && !found && m.Kind == "audio" && m.Addr.Port() != 0 {
			found = true
			ours.Addr, ours.Codecs, ours.PTime = n.at, []sdp.Codec{c}, 20_000_000
			got = agreed{heardAt(m), c}
		}
		media = append(media, ours)
	}
	if !found {
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
	m := d.Audio()
	if m == nil {
		return agreed{}, errNoCodec
	}
	c, ok := common(m.Codecs)
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

func common(theirs []sdp.Codec) (sdp.Codec, bool) {
	for _, c := range theirs {
		if slices.ContainsFunc(codecs(), func(o sdp.Codec) bool { return o.Name == c.Name && o.Clock == c.Clock }) {
			return c, true
		}
	}
	return sdp.Codec{}, false
}

// mirror turns a direction round (RFC 3264 §6.1).
func mirror(d sdp.Direction) sdp.Direction {
	switch d {
	case sdp.SendOnly:
		return sdp.RecvOnly
	case sdp.RecvOnly:
		return sdp.SendOnly
	}
	return d
}
