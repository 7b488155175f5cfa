package seam

import (
	"net/netip"
	"time"
)

// Media bends what is relayed and what is told of it.
type Media struct {
	// DropMedia tells whether a media packet for that leg is thrown away.
	DropMedia func(to Leg) bool
	// MediaAddr changes the media address that is told to a leg.
	MediaAddr func(to Leg, told netip.AddrPort) netip.AddrPort
	// CutMedia tells whether a packet for that leg is thrown away after so
	// many were passed on.
	CutMedia func(to Leg, passed int) bool
	// ThinMedia tells whether the packet for that leg is thrown away before
	// which so many came.
	ThinMedia func(to Leg, before int) bool
	// AlterMedia changes a packet for that leg before which so many came.
	AlterMedia func(to Leg, before int, packet []byte)
	// HoldMedia tells how long each packet for that leg is kept.
	HoldMedia func(to Leg) time.Duration
	// RepeatMedia tells how often the last packet for that leg is sent again,
	// every 20 ms, when the call is over.
	RepeatMedia func(to Leg) int
}

// Forward tells whether a media packet for that leg goes on.
func (h *Hooks) Forward(to Leg) bool { return h == nil || h.DropMedia == nil || !h.DropMedia(to) }

// Lasts tells whether a packet for that leg goes on after so many before it.
func (h *Hooks) Lasts(to Leg, passed int) bool {
	return h == nil || h.CutMedia == nil || !h.CutMedia(to, passed)
}

// Kept tells whether a packet for that leg goes on before which so many came.
func (h *Hooks) Kept(to Leg, before int) bool {
	return h == nil || h.ThinMedia == nil || !h.ThinMedia(to, before)
}

// Altered changes a packet for that leg before which so many came.
func (h *Hooks) Altered(to Leg, before int, packet []byte) {
	if h != nil && h.AlterMedia != nil {
		h.AlterMedia(to, before, packet)
	}
}

// Held tells how long a packet for that leg is kept.
func (h *Hooks) Held(to Leg) time.Duration {
	if h == nil || h.HoldMedia == nil {
		return 0
	}
	return h.HoldMedia(to)
}

// Repeats tells how often the last packet for that leg is sent again.
func (h *Hooks) Repeats(to Leg) int {
	if h == nil || h.RepeatMedia == nil {
		return 0
	}
	return h.RepeatMedia(to)
}

// Told gives the media address that is told to a leg.
func (h *Hooks) Told(to Leg, a netip.AddrPort) netip.AddrPort {
	if h == nil || h.MediaAddr == nil {
		return a
	}
	return h.MediaAddr(to, a)
}
