package bridge

import "time"

// Report is what became of a call.
type Report struct {
	CallID         string
	From           Origin
	Caller, Called string // numbers as they came
	Start, End     time.Time
	Answer         time.Time // zero if nobody answered
	Target         string    // that answered
	Tries          []Try
	Code           int // final, as the caller was told
}

// Try is one attempt at a target.
type Try struct {
	Target string
	Code   int // final; 0 while there is none, or where it was given up
}

// tried notes how an attempt ended.
func (c *Call) tried(target string, code int) {
	for i := range c.report.Tries {
		if t := &c.report.Tries[i]; t.Target == target && t.Code == 0 {
			t.Code = code
			return
		}
	}
}
