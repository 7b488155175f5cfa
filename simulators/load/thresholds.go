package load

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Thresholds are what a load must keep to. The zero value asks for no more than
// that one call is completed, where not all are refused as our own crowd was
// told.
type Thresholds struct {
	MaxFailed *float64      // share of the calls that failed (see [Report.Failed]), in percent
	P95SRD    time.Duration // session request delay, RFC 6076 §4.3.1
	P95PDD    time.Duration // post-dial delay, to the first 18x or the answer
	P95Answer time.Duration // to the answer
}

// Miss is a threshold that was not kept.
type Miss struct {
	Name     string `json:"name"`
	Measured string `json:"measured"`
	Limit    string `json:"limit"`
}

// Check holds a report against the thresholds. What was never measured keeps
// none.
func (t Thresholds) Check(r Report) (out []Miss) {
	if t.MaxFailed != nil {
		failed := 100.0
		if placed := r.Placed(); placed > 0 {
			failed = 100 * float64(r.Failed()) / float64(placed)
		}
		if failed > *t.MaxFailed {
			out = append(out, Miss{"failed calls", fmt.Sprintf("%.3g %%", failed), fmt.Sprintf("%g %%", *t.MaxFailed)})
		}
	}
	if t.MaxFailed == nil && r.Completed == r.Undescribed && r.Failed() > 0 {
		out = append(out, Miss{"completed " + r.Of, fmt.Sprintf("none of %d", r.Placed()), "1"})
	}
	if r.Left > 0 {
		out = append(out, Miss{"bindings that could not be removed", strconv.FormatUint(r.Left, 10), "0"})
	}
	switch v := r.Voices; {
	case v == nil:
	case v.Good+v.Failed() == 0:
		out = append(out, Miss{"calls with media", "none lasted long enough to be judged", "1"})
	case t.MaxFailed == nil && v.Failed() > 0: // what was listened for has a limit of its own
		out = append(out, Miss{"calls without a good voice", fmt.Sprintf("%d of %d", v.Failed(), v.Good+v.Failed()), "0"})
	case t.MaxFailed != nil && 100*float64(v.Failed()) > *t.MaxFailed*float64(v.Good+v.Failed()): // of those that had one
		out = append(out, Miss{"calls without a good voice", fmt.Sprintf("%d of %d", v.Failed(), v.Good+v.Failed()), fmt.Sprintf("%g %%", *t.MaxFailed)})
	}
	for _, x := range []struct {
		name  string
		limit time.Duration
		got   Delays
	}{{"95th percentile of SRD", t.P95SRD, r.SRD}, {"95th percentile of PDD", t.P95PDD, r.PDD}, {"95th percentile of the answer", t.P95Answer, r.Answer}} {
		limit := float64(x.limit) / 1e6
		switch {
		case x.limit == 0:
		case x.got.Count == 0:
			out = append(out, Miss{x.name, "none was measured", x.limit.String()})
		case x.got.P95 >= Endless:
			out = append(out, Miss{x.name, fmt.Sprintf("%d of %d calls never got so far", x.got.Never, x.got.Count+x.got.Never), x.limit.String()})
		case x.got.P95 > limit:
			out = append(out, Miss{x.name, fmt.Sprintf("%.3g ms", x.got.P95), x.limit.String()})
		}
	}
	return out
}

// mayBeLostOf is of how many answers one may go without an ACK: over UDP one is
// lost now and then, and a call that ends at once sends no other.
const mayBeLostOf = 1_000

// Check holds what callers saw against what the crowd did that they called: one
// answer more than it gave was somebody else's, a second one to a call is of a
// call that came twice, and none may come for a number that was not dialled.
func (h Hosted) Check(r Report) (out []Miss) {
	if all := r.Answered + r.Forked; all > h.Answered {
		out = append(out, Miss{"calls that somebody else answered", fmt.Sprintf("%d of %d", all-h.Answered, all), "0"})
	}
	if r.Forked > 0 {
		out = append(out, Miss{"calls that came twice, and were answered twice", fmt.Sprintf("%d of %d", r.Forked, r.Answered), "0"})
	}
	if n := h.Invited - min(h.Invited, r.Placed()); n > 0 && h.Busy+h.Rejected+h.Mute+h.Misdialled == 0 { // else it may try again
		out = append(out, Miss{"calls that came twice", fmt.Sprintf("%d of %d", n, r.Placed()), "0"})
	}
	if n := h.Unacknowledged(); n > 1 && n*mayBeLostOf > h.Answered {
		out = append(out, Miss{"answers without an ACK", fmt.Sprintf("%d of %d", n, h.Answered), fmt.Sprintf("1 of %d", mayBeLostOf)})
	}
	if h.Undescribed > 0 {
		out = append(out, Miss{"calls without an offer, or an answer to ours", fmt.Sprintf("%d of %d", h.Undescribed, h.Answered), "0"})
	}
	if h.Elsewhere > 0 {
		out = append(out, Miss{"calls for another number than was dialled", fmt.Sprintf("%d of %d", h.Elsewhere, h.Invited), "0"})
	}
	if h.Misdialled > 0 {
		out = append(out, Miss{"calls for a number that was not called", fmt.Sprintf("%d of %d", h.Misdialled, h.Invited), "0"})
	}
	if h.Foreign > 0 {
		out = append(out, Miss{"calls in which the called side heard somebody else beside the caller", fmt.Sprintf("%d of %d", h.Foreign, h.Spoken), "0"})
	}
	if h.Echo > 0 {
		out = append(out, Miss{"calls in which the called side heard itself", fmt.Sprintf("%d of %d", h.Echo, h.Spoken), "0"})
	}
	return out
}

// LeftOpen is missed by a crowd in which calls are left when it has had the
// time to be emptied.
func (h Hosted) LeftOpen() (out []Miss) {
	if n := h.Open - h.Ignored; n > 0 {
		out = append(out, Miss{"calls left open at the called side", fmt.Sprintf("%d of %d", n, h.Answered), "0"})
	}
	return out
}

// ParsePercent reads "0.1%" or "0.1".
func ParsePercent(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(v >= 0 && v <= 100) {
		return 0, fmt.Errorf("%q: want percent, like 0.1%%", text)
	}
	return v, nil
}
