package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// pathFinders: what becomes of packets between us and the system.
func pathFinders() map[string]finder {
	return map[string]finder{"path.lossless": lossOn}
}

// lost is how the sentence of a finding of this family begins.
const lost = "Packets are lost between us and the system"

// OfLoss tells whether a finding puts a failure down to lost packets.
func OfLoss(f record.Finding) bool { return strings.HasPrefix(f.Why, lost) }

func lossOn(e check.Evidence) record.Finding {
	return record.Finding{
		Cause: record.CauseReachability,
		Why:   fmt.Sprintf(lost+": %s.", check.Repeated(e.RunRepeats)),
		ToDo:  "Mend the way first: capture at both ends and compare; a duplex mismatch, a policer, a firewall that limits UDP or an overloaded link loses packets. Then run again, or use TCP.",
	}
}

// throughLoss puts a failure down to lost packets where they are lost in the
// run and the failure is of the kind that comes of it: something did not come,
// or not in time. What was said in so many words, and what is wrong in itself,
// stays what it is; and where few are lost, what fails a second time.
func throughLoss(e check.Evidence, f record.Finding) record.Finding {
	few := e.RunRepeats.Share() <= check.Bearable
	if OfLoss(f) || !check.Loses(e.RunRepeats) || !mayBeLoss(e, f) || few && (e.Second || neverCame(e)) {
		return f
	}
	loss := lossOn(e)
	here := ""
	if n := e.Repeats.Again + e.Repeats.HeardAgain; n > 0 {
		here = fmt.Sprintf(", and in this scenario %d messages were repeated", n)
	}
	loss.Why = fmt.Sprintf(lost+": %.1f %% of our requests had to be sent again in this run%s. What was seen may come of that: %s",
		100*e.RunRepeats.Share(), here, f.Why)
	loss.ToDo += " If it fails then too: " + f.ToDo
	loss.Evidence = append([]string{check.Repeated(e.RunRepeats)}, observed(e)...)
	return loss
}

// ofTime are the codes that a system makes of a silence.
var ofTime = []int{0, 408, 480, 487, 503, 504}

// shut tells whether a way let nothing through: that is no loss.
func shut(s *record.Stream) bool { return s != nil && s.Received == 0 }

func mayBeLoss(e check.Evidence, f record.Finding) bool {
	switch f.Cause {
	case record.CauseSignalling, record.CauseRouting, record.CauseRegistration, record.CauseReachability, record.CauseUnknown:
	case record.CauseMedia:
		if v := voices(e); v != nil && (v.Failed() > v.Gaps || e.Load.Crowd.Foreign > 0) {
			return false
		}
		if e.Camera != "" || shut(e.CallerStream) || shut(e.CalledStream) {
			return false
		}
	case record.CauseCapacity: // of a load: a message sent again is slow
		if e.Load == nil || saidNo(e) {
			return false
		}
	default:
		return false
	}
	c, s := e.Caller, e.Called
	if c != nil && c.Objection != "" || s != nil && s.Objection != "" || toldAtOnce(c, s) {
		return false
	}
	return c == nil || c.Outcome != record.Rejected || slices.Contains(ofTime, c.Final())
}

// voices are those of a load; nil without one.
func voices(e check.Evidence) *record.LoadVoices {
	if e.Load == nil {
		return nil
	}
	return e.Load.Voices
}

// saidNo tells whether the system refused calls of a load for a reason of its
// own: not because it had waited for what did not come, where much is lost.
func saidNo(e check.Evidence) bool {
	for code, n := range e.Load.Callers.Codes {
		waited := code == 408 || code == 504
		if few := e.RunRepeats.Share() <= check.Bearable; code >= 300 && n > 0 && (few || !waited) {
			return true
		}
	}
	return false
}

// atOnce is how soon after its INVITE a caller is told something that no
// silence can be the reason of: no guard time is shorter, and the first
// repetition comes after T1, 500 ms (RFC 3261 §17.1.1.2).
const atOnce = 200 * time.Millisecond

// toldAtOnce tells whether a call that had arrived was refused too soon for
// anything to have been waited for.
func toldAtOnce(caller, called *record.Attempt) bool {
	if caller == nil || called == nil || caller.Outcome != record.Rejected {
		return false
	}
	last := len(caller.Responses) - 1
	return last >= 0 && time.Duration(caller.Responses[last].At-caller.Start) < atOnce
}

// fourTimes is how long it takes until a message that is repeated has been
// sent four times, at 0, 1, 3 and 7 T1 (RFC 3261 §13.3.1.4, §17.1.2.2): where
// few packets are lost, not all four are.
const fourTimes = 7 * 500 * time.Millisecond

// neverCame tells whether what did not come was repeated long enough for it to
// have been held back, and not lost: a 2xx, or a BYE that the system took.
func neverCame(e check.Evidence) bool {
	c, s := e.Caller, e.Called
	if c == nil || s == nil || e.Within < fourTimes || s.Outcome != record.Answered {
		return false
	}
	by, other := c, s
	if s.ByeSent {
		by, other = s, c
	}
	taken := by.ByeSent && by.ByeCode >= 200 && by.ByeCode < 300
	return c.Outcome == record.TimedOut || c.Outcome == record.Pending || taken && other.ByeAt == 0
}
