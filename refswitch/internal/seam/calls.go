package seam

import "time"

// Calls bends how calls are set up, given up and released.
type Calls struct {
	// HoldBye tells whether a BYE of that leg, so long after the answer, is
	// kept from the other.
	HoldBye func(from Leg, age time.Duration) bool
	// DenyBye tells whether a BYE of that leg is answered 481.
	DenyBye func(from Leg, age time.Duration) bool
	// SecondBye tells whether an answered BYE is followed by another.
	SecondBye func() bool
	// KeepCrossed tells whether a 2xx that crossed a CANCEL is not released.
	KeepCrossed func() bool
	// KeepFinal tells whether a cancelled caller gets no final response.
	KeepFinal func(called Leg, ringing bool) bool
	// KeepAnswer tells whether a 2xx is kept from the caller.
	KeepAnswer func(called Leg, rang bool) bool
	// RingOn tells whether a target may ring beyond its time.
	RingOn func() bool
	// AskAgain tells whether a target that refused is asked once more.
	AskAgain func(code int) bool
	// OtherUser changes the user of the called side's Request-URI.
	OtherUser func(called Leg, user string) string
	// KeepDialogs tells whether the dialogs of a call outlive it.
	KeepDialogs func() bool
	// GivenUp is told of the number of a cancelled call, and Engaged tells
	// whether a number is refused as busy without being called.
	GivenUp func(called Leg, number string)
	Engaged func(number string) bool
}

// PassByeOf tells whether a BYE of that leg goes on to the other.
func (h *Hooks) PassByeOf(from Leg, age time.Duration) bool {
	return h == nil || h.HoldBye == nil || !h.HoldBye(from, age)
}

// KnowBye tells whether a BYE of that leg is one of a dialog that is known.
func (h *Hooks) KnowBye(from Leg, age time.Duration) bool {
	return h == nil || h.DenyBye == nil || !h.DenyBye(from, age)
}

// ByeOnce tells whether one BYE is enough.
func (h *Hooks) ByeOnce() bool { return h == nil || h.SecondBye == nil || !h.SecondBye() }

// ReleaseCrossed tells whether a 2xx that crossed a CANCEL is released.
func (h *Hooks) ReleaseCrossed() bool { return h == nil || h.KeepCrossed == nil || !h.KeepCrossed() }

// Terminate tells whether a cancelled caller gets its final response.
func (h *Hooks) Terminate(called Leg, ringing bool) bool {
	return h == nil || h.KeepFinal == nil || !h.KeepFinal(called, ringing)
}

// PassAnswer tells whether a 2xx goes on to the caller.
func (h *Hooks) PassAnswer(called Leg, rang bool) bool {
	return h == nil || h.KeepAnswer == nil || !h.KeepAnswer(called, rang)
}

// EndRinging tells whether a target may ring no longer than its time.
func (h *Hooks) EndRinging() bool { return h == nil || h.RingOn == nil || !h.RingOn() }

// Again tells whether a target that refused is asked once more.
func (h *Hooks) Again(code int) bool { return h != nil && h.AskAgain != nil && h.AskAgain(code) }

// User gives the user of the called side's Request-URI.
func (h *Hooks) User(called Leg, user string) string {
	if h == nil || h.OtherUser == nil {
		return user
	}
	return h.OtherUser(called, user)
}

// Forget tells whether the dialogs of a call end with it.
func (h *Hooks) Forget() bool { return h == nil || h.KeepDialogs == nil || !h.KeepDialogs() }

// Cancelled is told of the number of a cancelled call.
func (h *Hooks) Cancelled(called Leg, number string) {
	if h != nil && h.GivenUp != nil {
		h.GivenUp(called, number)
	}
}

// Busy tells whether a number is refused without being called.
func (h *Hooks) Busy(number string) bool { return h != nil && h.Engaged != nil && h.Engaged(number) }
