package steps

import (
	"fmt"
	"math"
	"time"

	"ringproof/simulators/load"
)

// crowded says that a load would have more calls at a time than were contracted,
// where its own figures tell.
func (h *Harness) crowded(l Load, hold load.Span) string {
	if _, real := h.site.Tested(); !real {
		return ""
	}
	most, rate := 0.0, 0.0
	for _, s := range l.plateaus() {
		if n := hold.AtATime(s.Rate, s.For); n > most {
			most, rate = n, s.Rate
		}
	}
	most *= 1 - l.Busy - l.Rejected - l.Mute // which last as long as somebody else wants
	if most <= float64(l.Limit) {
		return ""
	}
	allowed := fmt.Sprintf("limits.calls allows %d", l.Limit)
	if l.Limit < h.site.Limits.Calls {
		allowed = fmt.Sprintf("the limit is %d", l.Limit)
	}
	return fmt.Sprintf("%g calls a second that last for %s are %.4g at a time: %s", rate, l.Hold, most, allowed)
}

// room is the share of the calls at a time that a load may be steered to: they
// last for somewhat longer than they are held, and do not all last as long.
const room = 0.8

// most is the highest rate that a load may be steered to; 0 is for any.
func (h *Harness) most(l Load, hold load.Span) float64 {
	if _, real := h.site.Tested(); !real {
		return 0
	}
	most := h.site.Limits.Rate
	of := 1 - l.Busy - l.Rejected - l.Mute                     // which last as long as somebody else wants
	if each := of * hold.AtATime(1, math.MaxInt64); each > 0 { // calls at a time, for one a second
		most = min(most, room*float64(l.Limit)/each)
	}
	return most
}

// plateaus are the rates of a load, and for how long each stays the same.
func (l Load) plateaus() []load.Step {
	if len(l.Steps) > 0 {
		return l.Steps
	}
	stays := math.Inf(1)
	if l.For > 0 {
		stays = (l.For - l.Ramp).Seconds()
	}
	if l.Calls > 0 {
		stays = min(stays, float64(l.Calls)/l.Rate-l.Ramp.Seconds()/2)
	}
	if stays *= 1e9; stays < math.MaxInt64 {
		return []load.Step{{Rate: l.Rate, For: time.Duration(max(0, stays))}}
	}
	return []load.Step{{Rate: l.Rate, For: math.MaxInt64}}
}
