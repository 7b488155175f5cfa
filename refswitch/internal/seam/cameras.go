package seam

// Cameras bends calls with video and long numbers.
type Cameras struct {
	// RefuseVideo tells whether the video of a caller's offer is refused.
	RefuseVideo func(caller, callee Leg) bool
	// StallVideo tells whether a packet of video for that leg is thrown away,
	// after so many before it.
	StallVideo func(to Leg, before int) bool
	// KeepBye tells whether the caller's BYE is answered and goes no further,
	// in a call with video or without.
	KeepBye func(video bool) bool
	// FinalOf changes the final response passed to the caller of a call with
	// video or without.
	FinalOf func(code int, video bool) int
	// Dialled changes the number that a call goes on to.
	Dialled func(number string, caller Leg) string
	// Unrouted tells whether a number is taken for one that no route leads to.
	Unrouted func(number string) bool
}

// Carries tells whether the video of a caller's offer is relayed.
func (h *Hooks) Carries(caller, callee Leg) bool {
	return h == nil || h.RefuseVideo == nil || !h.RefuseVideo(caller, callee)
}

// Flows tells whether a media packet goes on to that leg after so many.
func (h *Hooks) Flows(to Leg, before int) bool {
	return h == nil || h.StallVideo == nil || !to.Video || !h.StallVideo(to, before)
}

// PassBye tells whether the caller's BYE goes on to the called side.
func (h *Hooks) PassBye(video bool) bool { return h == nil || h.KeepBye == nil || !h.KeepBye(video) }

// Onward gives the number that a call goes on to.
func (h *Hooks) Onward(number string, caller Leg) string {
	if h == nil || h.Dialled == nil {
		return number
	}
	return h.Dialled(number, caller)
}

// Routed tells whether routes are asked for a number.
func (h *Hooks) Routed(number string) bool {
	return h == nil || h.Unrouted == nil || !h.Unrouted(number)
}

// FinalFor gives the code passed to the caller of a call with video or
// without.
func (h *Hooks) FinalFor(code int, video bool) int {
	if h == nil || h.FinalOf == nil {
		return code
	}
	return h.FinalOf(code, video)
}
