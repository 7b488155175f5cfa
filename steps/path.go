package steps

import (
	"time"

	"ringproof/internal/check"
	"ringproof/internal/wire"
	"ringproof/reports/diagnosis"
	"ringproof/reports/record"
)

// again fills in what had to be repeated until now.
func (h *Harness) again(e *check.Evidence) {
	e.Repeats, e.RunRepeats = h.repeats()
	e.Second = h.filter != nil
}

// repeats counts what had to be sent again, in the current scenario and in
// the run until now.
func (h *Harness) repeats() (scenario, run record.Repeats) {
	messages := h.journal.Snapshot().Messages
	now := h.count - 1
	var own []record.Message
	for _, m := range messages {
		if m.Scenario == now {
			own = append(own, m)
		}
	}
	return record.RepeatsIn(own), record.RepeatsIn(messages)
}

// remark holds the whole run against the rule for lost packets and gives what
// the verdict is to say of it: a should, which rejects nobody. The check is
// entered where the system was asked whether it answers.
func (h *Harness) remark() string {
	if !h.kind.Judges() || h.stage == nil || h.count == 0 {
		return ""
	}
	_, all := h.repeats()
	h.journal.Enter(0)
	c := check.Evaluate("path.lossless", check.Evidence{System: h.stage.Words(), RunRepeats: all})
	c.At = h.journal.Now()
	h.journal.Add(c)
	h.journal.Enter(h.count - 1)
	if c.Verdict != record.Fail {
		return ""
	}
	return "; remark: packets are lost, " + c.Measured
}

// excused tells whether a scenario that failed first and passed when it was
// repeated is proved all the same: all that it failed of was put down to lost
// packets, and few are lost in the run.
func (h *Harness) excused(s record.Scenario) bool {
	run := h.journal.Snapshot()
	found := run.Of(s.Index)
	for _, f := range found {
		if !diagnosis.OfLoss(f) {
			return false
		}
	}
	return len(found) > 0 && record.RepeatsIn(run.Messages).Share() <= check.Bearable
}

// heardSince tells whether a system has sent anything to one of our parties
// since then.
func (h *Harness) heardSince(at time.Time, hop wire.Hop) bool {
	from, system := h.journal.At(at), hop.Addr
	for _, m := range h.journal.Snapshot().Messages {
		if !m.Sent && m.At >= from && m.Remote == system {
			return true
		}
	}
	return false
}
