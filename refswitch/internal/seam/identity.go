package seam

// Identity bends what the called side is told of the caller.
type Identity struct {
	// CallerNumber changes the number in From.
	CallerNumber func(from, to Leg, number string) string
	// KeepForm tells whether a later target is shown the number in the form of
	// the first.
	KeepForm func() bool
	// DropAsserted tells whether the asserted identity is left out towards
	// those who should have it.
	DropAsserted func() bool
	// Believe tells whether the identity that a phone asserts of itself is
	// passed on.
	Believe func() bool
	// Disclose tells whether a caller's wish for privacy is ignored.
	Disclose func(trusted bool) bool
	// DropPrivacy tells whether that wish is left out of the call.
	DropPrivacy func(trusted bool) bool
}

// Caller gives the number in From.
func (h *Hooks) Caller(from, to Leg, number string) string {
	if h == nil || h.CallerNumber == nil {
		return number
	}
	return h.CallerNumber(from, to, number)
}

// KeepsForm tells whether a later target is shown the number in the form of the
// first.
func (h *Hooks) KeepsForm() bool { return h != nil && h.KeepForm != nil && h.KeepForm() }

// Assert tells whether the caller's identity is asserted where it should be.
func (h *Hooks) Assert() bool { return h == nil || h.DropAsserted == nil || !h.DropAsserted() }

// Doubt tells whether an identity that a phone asserts of itself is replaced.
func (h *Hooks) Doubt() bool { return h == nil || h.Believe == nil || !h.Believe() }

// Private tells whether a caller's wish for privacy is granted.
func (h *Hooks) Private(trusted bool) bool {
	return h == nil || h.Disclose == nil || !h.Disclose(trusted)
}

// TellsPrivacy tells whether a target is told of a caller's wish for privacy.
func (h *Hooks) TellsPrivacy(trusted bool) bool {
	return h == nil || h.DropPrivacy == nil || !h.DropPrivacy(trusted)
}
