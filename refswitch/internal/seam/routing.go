package seam

// Failure is why a target did not take a call.
type Failure struct {
	Code        int  // of its final response, or 408 and 503 for what follows
	Silent      bool // it said nothing within the guard time
	Unreachable bool // nothing could be sent to it
}

// Routing bends where calls go.
type Routing struct {
	// Mute tells whether OPTIONS gets no answer.
	Mute func() bool
	// StayOnRoute tells whether a target that failed so is not followed by
	// the next.
	StayOnRoute func(Failure) bool
	// WaitOnTrying tells whether a 100 ends the guard time of a target.
	WaitOnTrying func() bool
	// MoveOn tells whether a target that refused with a code that ends the
	// search is followed by the next all the same.
	MoveOn func(code int) bool
	// GoOn tells whether the next target is called though the caller has given
	// up.
	GoOn func() bool
	// TryDown tells whether a target that is known to be down is tried first
	// like any other.
	TryDown func() bool
	// AskNobody tells whether targets are not asked if they are there.
	AskNobody func() bool
	// NoLastWord tells whether the caller is told nothing once every target
	// has failed.
	NoLastWord func() bool
	// AnyRoute tells whether a number without a route takes some other.
	AnyRoute func() bool
	// Refusal changes the code that the switch itself refuses a number with.
	Refusal func(code int) int
	// DialShort tells whether an incomplete number is dialled all the same.
	DialShort func() bool
	// HopsLeft changes the Max-Forwards of what is sent on.
	HopsLeft func(hops uint32) uint32
	// Number changes the called number on its way out, from the one dialled
	// and the one that the route makes of it.
	Number func(dialled, translated string) string
}

// Advance tells whether a failed target is followed by the next.
func (h *Hooks) Advance(f Failure) bool {
	return h == nil || h.StayOnRoute == nil || !h.StayOnRoute(f)
}

// Insist tells whether a refusal that ends the search is taken for one that
// does not.
func (h *Hooks) Insist(code int) bool { return h != nil && h.MoveOn != nil && h.MoveOn(code) }

// GoesOn tells whether the next target is called for a caller who has given up.
func (h *Hooks) GoesOn() bool { return h != nil && h.GoOn != nil && h.GoOn() }

// SkipDown tells whether a target that is known to be down is skipped.
func (h *Hooks) SkipDown() bool { return h == nil || h.TryDown == nil || !h.TryDown() }

// LastWord tells whether the caller is told that every target failed.
func (h *Hooks) LastWord() bool { return h == nil || h.NoLastWord == nil || !h.NoLastWord() }

// Stray tells whether a number without a route takes some other.
func (h *Hooks) Stray() bool { return h != nil && h.AnyRoute != nil && h.AnyRoute() }

// Refuse gives the code that a number is refused with.
func (h *Hooks) Refuse(code int) int {
	if h == nil || h.Refusal == nil {
		return code
	}
	return h.Refusal(code)
}

// Whole tells whether an incomplete number is refused.
func (h *Hooks) Whole() bool { return h == nil || h.DialShort == nil || !h.DialShort() }

// Hops gives the Max-Forwards of what is sent on.
func (h *Hooks) Hops(hops uint32) uint32 {
	if h == nil || h.HopsLeft == nil {
		return hops
	}
	return h.HopsLeft(hops)
}

// Translated gives the called number on its way out.
func (h *Hooks) Translated(dialled, translated string) string {
	if h == nil || h.Number == nil {
		return translated
	}
	return h.Number(dialled, translated)
}

// Ask tells whether targets are asked if they are there.
func (h *Hooks) Ask() bool { return h == nil || h.AskNobody == nil || !h.AskNobody() }

// Answers tells whether OPTIONS is answered.
func (h *Hooks) Answers() bool { return h == nil || h.Mute == nil || !h.Mute() }

// WaitsOnTrying tells whether a 100 ends the guard time of a target.
func (h *Hooks) WaitsOnTrying() bool { return h != nil && h.WaitOnTrying != nil && h.WaitOnTrying() }
