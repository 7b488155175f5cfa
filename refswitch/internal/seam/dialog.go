package seam

// Dialog bends what passes between the two dialogs of a call.
type Dialog struct {
	// FinalCode changes the final response passed to the caller, with so many
	// targets left that were not tried.
	FinalCode func(code, left int) int
	// SwallowCancel tells whether a CANCEL is kept from the called side.
	SwallowCancel func(called Leg, ringing bool) bool
}

// Final gives the code passed to the caller.
func (h *Hooks) Final(code, left int) int {
	if h == nil || h.FinalCode == nil {
		return code
	}
	return h.FinalCode(code, left)
}

// PassCancel tells whether a CANCEL goes on to the called side.
func (h *Hooks) PassCancel(called Leg, ringing bool) bool {
	return h == nil || h.SwallowCancel == nil || !h.SwallowCancel(called, ringing)
}
