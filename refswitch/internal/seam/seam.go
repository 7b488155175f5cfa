// Package seam is where the switch's behaviour may be bent: a nil-safe struct
// of funcs, asked at a few places of the switch and set by package defect.
// A healthy switch has no Hooks at all.
package seam

import "net/netip"

// Leg is one side of a call.
type Leg struct {
	Called bool // the called side, or else the caller's
	Trunk  bool // a trunk peer, or else a registered phone
}

// Hooks bend the switch. A nil func, or nil Hooks, changes nothing.
type Hooks struct {
	// DropMedia tells whether a media packet for that leg is thrown away.
	DropMedia func(to Leg) bool
	// MediaAddr changes the media address that is told to a leg.
	MediaAddr func(to Leg, told netip.Addr) netip.Addr
	// StayOnRoute tells whether a failed target is not followed by the next.
	StayOnRoute func() bool
	// FinalCode changes the final response passed to the caller.
	FinalCode func(code int) int
	// SwallowCancel tells whether a CANCEL is kept from the called side.
	SwallowCancel func() bool
	// Credentials changes what the check of a digest came to.
	Credentials func(valid bool) bool
}

// Forward tells whether a media packet for that leg goes on.
func (h *Hooks) Forward(to Leg) bool { return h == nil || h.DropMedia == nil || !h.DropMedia(to) }

// Told gives the media address that is told to a leg.
func (h *Hooks) Told(to Leg, a netip.Addr) netip.Addr {
	if h == nil || h.MediaAddr == nil {
		return a
	}
	return h.MediaAddr(to, a)
}

// Advance tells whether a failed target is followed by the next.
func (h *Hooks) Advance() bool { return h == nil || h.StayOnRoute == nil || !h.StayOnRoute() }

// Final gives the code passed to the caller.
func (h *Hooks) Final(code int) int {
	if h == nil || h.FinalCode == nil {
		return code
	}
	return h.FinalCode(code)
}

// PassCancel tells whether a CANCEL goes on to the called side.
func (h *Hooks) PassCancel() bool { return h == nil || h.SwallowCancel == nil || !h.SwallowCancel() }

// Verified gives what the check of a digest comes to.
func (h *Hooks) Verified(valid bool) bool {
	if h == nil || h.Credentials == nil {
		return valid
	}
	return h.Credentials(valid)
}
