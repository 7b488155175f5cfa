package seam

// Session bends what passes between the sides of a call about its session:
// offers and answers, reliable provisional responses, timers, transfers.
type Session struct {
	// BlockEarlyMedia tells whether a description before the answer is kept
	// from the caller.
	BlockEarlyMedia func() bool
	// Offer and Answer change a description before it is passed on.
	Offer, Answer func(body []byte) []byte
	// RefuseDelayed tells whether an INVITE without an offer is refused.
	RefuseDelayed func() bool
	// LoseAnswer tells whether the answer in an ACK is not passed on.
	LoseAnswer func() bool
	// AnswerReoffer gives a code to answer a new offer with, in place of
	// passing it on; 0 passes it on.
	AnswerReoffer func(Reoffer) int
	// ChangeReoffer changes a new offer before it is passed on.
	ChangeReoffer func(Reoffer, []byte) []byte
	// SkipPRACK tells whether a reliable provisional response of the called
	// side is left unacknowledged.
	SkipPRACK func() bool
	// RefusePRACK tells whether the PRACK of a caller is refused; required
	// says that the caller requires 100rel, and not only supports it.
	RefusePRACK func(required bool) bool
	// SendUnreliably tells whether the caller is told unreliably what it
	// wants to be told reliably.
	SendUnreliably func() bool
	// IgnoreTimer tells whether a wish for a session timer is not answered.
	IgnoreTimer func() bool
	// HideRequire tells whether a caller that is to refresh is not told so by
	// Require.
	HideRequire func() bool
	// DropRefresh tells whether a refresh is answered, and the timer not
	// started anew.
	DropRefresh func() bool
	// NeverRefresh tells whether a leg is not refreshed that should be.
	NeverRefresh func(Leg) bool
	// RefreshCode changes what a refresh without an offer is answered.
	RefreshCode func(code int) int
	// RedirectCode gives a code to refuse the caller with, in place of
	// following a 3xx; 0 follows it.
	RedirectCode func() int
	// ReferCode changes what a REFER is answered.
	ReferCode func(code int) int
	// ReportCode changes what the transferor is told of the target's answer.
	ReportCode func(code int) int
	// HideState tells whether what it is told has no Subscription-State.
	HideState func() bool
	// ForgetTransfer: the target of a transfer is never called.
	// ForgetReferrer: the transferor is told nothing.
	// ForgetTransferee: the transferee is not told of the target.
	// KeepTransferor: the transferor stays in the call.
	ForgetTransfer, ForgetReferrer, ForgetTransferee, KeepTransferor func() bool
}

// Reoffer is what a new offer changes. Across says that the call is between a
// phone and a trunk, Trunk that the trunk makes the offer.
type Reoffer struct{ Hold, Resume, Across, Trunk bool }

func yes(f func() bool) bool { return f != nil && f() }

func code(f func(int) int, c int) int {
	if f == nil {
		return c
	}
	return f(c)
}

func body(f func([]byte) []byte, b []byte) []byte {
	if f == nil {
		return b
	}
	return f(b)
}

// BlocksEarlyMedia tells whether a description before the answer is kept
// from the caller.
func (h *Hooks) BlocksEarlyMedia() bool { return h != nil && yes(h.BlockEarlyMedia) }

// Offered gives the caller's offer as it is passed on.
func (h *Hooks) Offered(b []byte) []byte {
	if h == nil {
		return b
	}
	return body(h.Offer, b)
}

// Answered gives the called side's answer as it is passed on.
func (h *Hooks) Answered(b []byte) []byte {
	if h == nil {
		return b
	}
	return body(h.Answer, b)
}

// RefusesDelayed tells whether an INVITE without an offer is refused.
func (h *Hooks) RefusesDelayed() bool { return h != nil && yes(h.RefuseDelayed) }

// LosesAnswer tells whether the answer in an ACK is not passed on.
func (h *Hooks) LosesAnswer() bool { return h != nil && yes(h.LoseAnswer) }

// AnswersReoffer gives the code to answer a new offer with; 0 passes it on.
func (h *Hooks) AnswersReoffer(r Reoffer) int {
	if h == nil || h.AnswerReoffer == nil {
		return 0
	}
	return h.AnswerReoffer(r)
}

// Reoffered gives a new offer as it is passed on.
func (h *Hooks) Reoffered(r Reoffer, b []byte) []byte {
	if h == nil || h.ChangeReoffer == nil {
		return b
	}
	return h.ChangeReoffer(r, b)
}

// SkipsPRACK tells whether no PRACK is sent.
func (h *Hooks) SkipsPRACK() bool { return h != nil && yes(h.SkipPRACK) }

// Unreliable tells whether the caller is told unreliably.
func (h *Hooks) Unreliable() bool { return h != nil && yes(h.SendUnreliably) }

// IgnoresTimer tells whether a wish for a session timer is not answered.
func (h *Hooks) IgnoresTimer() bool { return h != nil && yes(h.IgnoreTimer) }

// Refreshed gives what a refresh is answered.
func (h *Hooks) Refreshed(c int) int {
	if h == nil {
		return c
	}
	return code(h.RefreshCode, c)
}

// Redirected gives the code to refuse with where a 3xx is not followed.
func (h *Hooks) Redirected() int {
	if h == nil || h.RedirectCode == nil {
		return 0
	}
	return h.RedirectCode()
}

// Referred gives what a REFER is answered.
func (h *Hooks) Referred(c int) int {
	if h == nil {
		return c
	}
	return code(h.ReferCode, c)
}

// ForgetsTransfer tells whether the target is never called.
func (h *Hooks) ForgetsTransfer() bool { return h != nil && yes(h.ForgetTransfer) }

// ForgetsReferrer tells whether the transferor is told nothing.
func (h *Hooks) ForgetsReferrer() bool { return h != nil && yes(h.ForgetReferrer) }

// ForgetsTransferee tells whether the transferee is not told of the target.
func (h *Hooks) ForgetsTransferee() bool { return h != nil && yes(h.ForgetTransferee) }

// KeepsTransferor tells whether the transferor stays in the call.
func (h *Hooks) KeepsTransferor() bool { return h != nil && yes(h.KeepTransferor) }

// Reported gives what the transferor is told of the target's answer.
func (h *Hooks) Reported(c int) int {
	if h == nil {
		return c
	}
	return code(h.ReportCode, c)
}

// HidesState tells whether what it is told has no Subscription-State.
func (h *Hooks) HidesState() bool { return h != nil && yes(h.HideState) }

// HidesRequire tells whether a caller that is to refresh is not told so.
func (h *Hooks) HidesRequire() bool { return h != nil && yes(h.HideRequire) }

// RefusesPRACK tells whether the PRACK of a caller is refused.
func (h *Hooks) RefusesPRACK(required bool) bool {
	return h != nil && h.RefusePRACK != nil && h.RefusePRACK(required)
}

// DropsRefresh tells whether a refresh does not start the timer anew.
func (h *Hooks) DropsRefresh() bool { return h != nil && yes(h.DropRefresh) }

// Refreshes tells whether a leg is refreshed.
func (h *Hooks) Refreshes(l Leg) bool { return h == nil || h.NeverRefresh == nil || !h.NeverRefresh(l) }
