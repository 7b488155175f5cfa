package refswitch

import (
	"encoding/json"
	"sync/atomic"
	"time"

	"ringproof/internal/wire"
	"ringproof/refswitch/bridge"
)

// CallRecord is what the switch itself says of a call, when it is over: a line
// of JSON in Config.Records. Verdicts never rest on it.
type CallRecord struct {
	CallID string    `json:"call_id"` // of the caller's leg
	From   string    `json:"from"`    // trunk or account; empty for a stranger
	Caller string    `json:"caller"`  // numbers as they came
	Called string    `json:"called"`
	Start  time.Time `json:"start"`
	Answer time.Time `json:"answer,omitzero"`
	End    time.Time `json:"end"`
	Target string    `json:"target,omitempty"` // that answered
	Tries  []Try     `json:"tries,omitempty"`
	Code   int       `json:"code"` // final, as the caller was told
}

// Try is one attempt at a target.
type Try struct {
	Target string `json:"target"`
	Code   int    `json:"code,omitempty"` // 0 where it was given up, or answered
}

// Counters count calls since the switch was opened.
type Counters struct {
	Offered  int64 // INVITEs that began a call, refused ones too
	Answered int64
	Refused  int64 // by the switch or by the called side
	Tries    int64 // at targets
	Active   int64 // calls now
}

type counters struct{ offered, answered, refused, tries, active atomic.Int64 }

// Counters gives the counts as they stand.
func (s *Switch) Counters() Counters {
	c := &s.counters
	return Counters{
		Offered: c.offered.Load(), Answered: c.answered.Load(), Refused: c.refused.Load(),
		Tries: c.tries.Load(), Active: c.active.Load(),
	}
}

// done enters a call that is over.
func (s *Switch) done(r bridge.Report) {
	s.counters.active.Add(-1)
	rec := CallRecord{
		CallID: r.CallID, From: r.From.Name, Caller: r.Caller, Called: r.Called,
		Start: r.Start, Answer: r.Answer, End: r.End, Target: r.Target, Code: r.Code,
	}
	for _, t := range r.Tries {
		rec.Tries = append(rec.Tries, Try(t))
	}
	s.enter(rec)
}

// turnedAway enters a call that the switch refused by itself.
func (s *Switch) turnedAway(m *wire.Message, from string, code int) {
	now := time.Now()
	s.enter(CallRecord{
		CallID: m.CallID(), From: from, Caller: m.Request.From().Address.User, Called: m.Request.Recipient.User,
		Start: now, End: now, Code: code,
	})
}

func (s *Switch) enter(r CallRecord) {
	s.counters.offered.Add(1)
	s.counters.tries.Add(int64(len(r.Tries)))
	if r.Answer.IsZero() {
		s.counters.refused.Add(1)
	} else {
		s.counters.answered.Add(1)
	}
	if s.cfg.Records == nil {
		return
	}
	b, err := json.Marshal(r)
	if err != nil {
		s.log.Error("call record", "err", err)
		return
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.cfg.Records.Write(append(b, '\n')); err != nil {
		s.log.Error("call record", "err", err)
	}
}
