package load

import (
	"strings"
	"testing"
	"time"

	"ringproof/internal/batch"
)

func TestReasons(t *testing.T) {
	fair := Result{Measure: *newMeasure(), Took: 10 * time.Second, Engines: 1, CPU: time.Second}
	fair.Attempts, fair.Sockets.ReceiveBuffer, fair.Sockets.SendBuffer = 10_000, 64_000, 64_000
	for _, x := range []struct {
		name   string
		change func(*Result)
		want   string // of the reason; empty for none
	}{
		{"a fair run", func(*Result) {}, ""},
		{"as many late as may be", func(r *Result) { r.LateStarts = 10 }, ""},
		{"one more", func(r *Result) { r.LateStarts = 11 }, "11 of 10000 calls began more than 5 ms late"},
		{"no core", func(r *Result) { r.LateStarts, r.Waited = 500, 3*time.Second }, "500 of 10000 calls began more than 5 ms late: our engine was ready and had no core for 3s"},
		{"a busy core that delayed nothing", func(r *Result) { r.Waited = 3 * time.Second }, ""},
		{"saturated", func(r *Result) { r.CPU = 9600 * time.Millisecond }, "our own engine was busy 96 % of the time"},
		{"two engines on two cores", func(r *Result) { r.CPU, r.Engines = 15*time.Second, 2 }, ""},
		{"one datagram dropped", func(r *Result) { r.Sockets.Dropped = 1 }, "1 datagrams were dropped here: our receive buffer of 64000 bytes was full"},
		{"one not sent", func(r *Result) { r.Sockets.Unsent = 1 }, "1 datagrams could not be sent: our send buffer of 64000 bytes was full"},
		{"a limit", func(r *Result) { r.Blocked = 11 }, "11 of 10000 calls could not begin: there were as many as the limit allows"},
		{"a limit that hardly shows", func(r *Result) { r.Blocked = 10 }, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := fair
			x.change(&r)
			var got []string
			for _, reason := range r.reasons() {
				got = append(got, reason.What)
				if reason.Change == "" {
					t.Error("it does not say what to change")
				}
			}
			if g := strings.Join(got, "; "); g != x.want {
				t.Errorf("got %q, want %q", g, x.want)
			}
		})
	}
}

// The formulas of RFC 6076 by hand.
func TestRatios(t *testing.T) {
	r := Result{Measure: *newMeasure(), Sockets: batch.Stats{}}
	if o := r.Report(); o.SER != nil || o.SEER != nil || o.ISA != nil || o.SCR != nil || o.ASR != nil || o.NER != nil {
		t.Errorf("ratios of nothing: %+v", o)
	}
	r.Attempts, r.Blocked, r.Answered, r.Completed, r.Refused, r.TimedOut, r.Redirect = 210, 10, 100, 95, 90, 10, 20
	r.Codes[200], r.Codes[302], r.Codes[486], r.Codes[480], r.Codes[404], r.Codes[503], r.Codes[0] = 100, 20, 30, 10, 25, 5, 10
	o := r.Report()
	for _, x := range []struct {
		name string
		got  *float64
		want float64
	}{
		{"SER", o.SER, 100 * 100. / 180},
		{"SEER", o.SEER, 100 * 140. / 180},
		{"ISA", o.ISA, 100 * 15. / 200},
		{"SCR", o.SCR, 100 * 95. / 200},
		{"ASR", o.ASR, 50},
		{"NER", o.NER, 70},
	} {
		if x.got == nil || *x.got < x.want-1e-9 || *x.got > x.want+1e-9 {
			t.Errorf("%s is %v, want %g", x.name, x.got, x.want)
		}
	}
	if o.Codes[486] != 30 || len(o.Codes) != 6 {
		t.Errorf("codes %v", o.Codes)
	}
}

func TestThresholds(t *testing.T) {
	percent := func(v float64) *float64 { return &v }
	r := Report{Attempts: 1000, Completed: 998, SRD: Delays{Count: 1000, P95: 250}}
	for _, x := range []struct {
		name string
		t    Thresholds
		want string
	}{
		{"none", Thresholds{}, ""},
		{"all kept", Thresholds{MaxFailed: percent(0.2), P95SRD: 250 * time.Millisecond}, ""},
		{"failed calls", Thresholds{MaxFailed: percent(0.1)}, "failed calls: 0.2 %, limit 0.1 %"},
		{"slow", Thresholds{P95SRD: 249 * time.Millisecond}, "95th percentile of SRD: 250 ms, limit 249ms"},
		{"what nobody measured", Thresholds{P95PDD: time.Second}, "95th percentile of PDD: none was measured, limit 1s"},
	} {
		var got []string
		for _, m := range x.t.Check(r) {
			got = append(got, m.Name+": "+m.Measured+", limit "+m.Limit)
		}
		if g := strings.Join(got, "; "); g != x.want {
			t.Errorf("%s: got %q, want %q", x.name, g, x.want)
		}
	}
	if m := (Thresholds{MaxFailed: percent(0)}).Check(Report{}); len(m) != 1 {
		t.Error("no call at all keeps a threshold on failed calls")
	}
}
