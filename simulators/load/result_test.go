package load

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ringproof/internal/batch"
)

func TestReasons(t *testing.T) {
	fair := Result{Measure: *newMeasure(), Strain: Strain{Ran: 10 * time.Second, CPU: time.Second, Use: 0.1}, tooLate: 5 * time.Millisecond}
	fair.Attempts, fair.Sockets.ReceiveBuffer, fair.Sockets.SendBuffer = 10_000, 64_000, 64_000
	for _, x := range []struct {
		name   string
		change func(*Result)
		want   string // of the reason; empty for none
	}{
		{"a fair run", func(*Result) {}, ""},
		{"as many late as may be", func(r *Result) { r.LateStarts = 10 }, ""},
		{"later than others may be", func(r *Result) { r.LateStarts, r.tooLate = 11, 100*time.Millisecond }, "11 of 10000 calls began more than 100 ms late"},
		{"one more", func(r *Result) { r.LateStarts = 11 }, "11 of 10000 calls began more than 5 ms late"},
		{"no core", func(r *Result) { r.LateStarts, r.Waited = 11, 600*time.Millisecond }, "11 of 10000 calls began more than 5 ms late: our callers' engine was ready and had no core for 600ms"},
		{"no core, and hardly one late", func(r *Result) { r.LateStarts, r.Waited = 10, 600*time.Millisecond }, ""},
		{"a hiccup that the host tells of", func(r *Result) { r.LateStarts, r.Stolen = 50, 320*time.Millisecond }, "50 of 10000 calls began more than 5 ms late: the host of this virtual machine had its cores for 320ms"},
		{"a hiccup of the host", func(r *Result) { r.LateStarts, r.Waited = 50, 100*time.Millisecond }, "50 of 10000 calls began more than 5 ms late"},
		{"a busy core that delayed nothing", func(r *Result) { r.Waited = 3 * time.Second }, ""},
		{"saturated", func(r *Result) { r.Use = 0.96 }, "our callers' engine was busy 96 % of the time"},
		{"stops that add up", func(r *Result) { r.Stops, r.Stood = 14, 501*time.Millisecond }, "our callers' engine stood still 14 times for more than 100 ms, 501ms in all: calls were acknowledged and released late"},
		{"stops that do not", func(r *Result) { r.Stops, r.Stood = 14, 500*time.Millisecond }, ""},
		{"one long one in a long run", func(r *Result) {
			r.Ran, r.Stops, r.Halts, r.Stood, r.Longest = time.Hour, 1, 1, 501*time.Millisecond, 501*time.Millisecond
		}, "our callers' engine stood still for 501ms, longer than T1: meanwhile the other side sent again what it had not read"},
		{"one datagram dropped", func(r *Result) { r.Sockets.Dropped = 1 }, "1 datagrams were dropped here: the receive buffer of our callers, 64000 bytes, was full"},
		{"one not sent", func(r *Result) { r.Sockets.Unsent = 1 }, "1 datagrams could not be sent: the send buffer of our callers, 64000 bytes, was full"},
		{"one not sent for another reason", func(r *Result) { r.Sockets.Unsent, r.Sockets.Why = 1, errors.New("operation not permitted") }, "1 messages of our callers could not be sent: operation not permitted"},
		{"a limit", func(r *Result) { r.Blocked = 11 }, "11 of 10000 calls could not begin: there were as many as the limit allows"},
		{"a limit that hardly shows", func(r *Result) { r.Blocked = 10 }, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := fair
			x.change(&r)
			says(t, r.reasons(), x.want)
		})
	}
}

// says tells whether reasons say what is wanted, and each what to change.
func says(t *testing.T, reasons []Reason, want string) {
	t.Helper()
	var got []string
	for _, r := range reasons {
		got = append(got, r.What)
		if r.Change == "" {
			t.Errorf("%q does not say what to change", r.What)
		}
	}
	if g := strings.Join(got, "; "); g != want {
		t.Errorf("got %q, want %q", g, want)
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

// Nobody else may hide behind what the crowd was told.
func TestOnlyAsManyAreExcusedAsTheCrowdRefused(t *testing.T) {
	var h Hosted
	h.Busy, h.Mute = 3, 4
	res := Result{Measure: *newMeasure()}
	res.Attempts, res.TimedOut, res.Refused = 10, 2, 8
	res.Codes[486], res.Codes[408], res.Codes[503] = 5, 1, 2
	res.Excuse(h)
	r := res.Report()
	if r.AsTold != 6 || r.Failed() != 4 {
		t.Errorf("%d calls ended as told, %d failed; want 3 busy and 3 mute of 10", r.AsTold, r.Failed())
	}
	if got := strings.Join(r.Faults(), "; "); got != "the system under test refused 2 of 10 calls with 503" {
		t.Errorf("faults: %s", got)
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
	for _, x := range []struct {
		name         string
		silent, slow int
		want         string
	}{
		{"as many silent as may be", 5, 0, ""},
		{"one more silent", 6, 0, "6 of 100 calls never got so far"},
		{"silent and slow, as many as may be", 3, 2, ""},
		{"silent and slow, one more", 3, 3, "4e+03 ms"},
		{"all silent", 100, 0, "none was measured"},
	} {
		res := Result{Measure: *newMeasure()}
		res.Unheard, res.Unrung = uint64(x.silent), uint64(x.silent)
		for i := range 100 - x.silent {
			d := int64(20 * time.Millisecond)
			if i < x.slow {
				d = int64(4 * time.Second)
			}
			add(res.SRD, d)
			add(res.PDD, d)
		}
		for name, limit := range map[string]Thresholds{"SRD": {P95SRD: time.Second}, "PDD": {P95PDD: time.Second}} {
			got := ""
			for _, m := range limit.Check(res.Report()) {
				got = m.Measured
			}
			if got != x.want {
				t.Errorf("%s, %s: got %q, want %q", x.name, name, got, x.want)
			}
		}
	}
	r.Voices = &Voices{Good: 99, Crossed: 1}
	if m := (Thresholds{}).Check(r); len(m) != 1 || m[0] != (Miss{"calls without a good voice", "1 of 100", "0"}) {
		t.Errorf("a crossed call, and no threshold: %v", m)
	}
	nothing := Report{Of: "calls", Attempts: 9, Refused: 9}
	if m := (Thresholds{}).Check(nothing); len(m) != 1 || m[0] != (Miss{"completed calls", "none of 9", "1"}) {
		t.Errorf("not one call was completed: %v", m)
	}
	if nothing.AsTold = 9; len((Thresholds{}).Check(nothing)) != 0 {
		t.Error("calls that our own crowd refused as told miss a threshold")
	}
	if m := (Thresholds{}).Check(Report{Attempts: 9, Answered: 9, Completed: 9, Left: 2}); len(m) != 1 || m[0] != (Miss{"bindings that could not be removed", "2", "0"}) {
		t.Errorf("bindings are left: %v", m)
	}
	if m := (Thresholds{MaxFailed: percent(0.3)}).Check(r); len(m) != 1 || m[0] != (Miss{"calls without a good voice", "1 of 100", "0.3 %"}) {
		t.Errorf("few of all calls failed, and more of those with a voice: %v", m)
	}
	r.Voices = &Voices{Good: 999, Crossed: 1}
	if m := (Thresholds{MaxFailed: percent(0.3)}).Check(r); len(m) != 0 {
		t.Errorf("3 of 1000 calls failed, as many as may: %v", m)
	}
	if m := (Thresholds{MaxFailed: percent(0)}).Check(Report{}); len(m) != 1 {
		t.Error("no call at all keeps a threshold on failed calls")
	}
}

// Ten calls at ten a second take nine tenths of one.
func TestRateIsOfTheTimeBetweenTheFirstAndTheLastCall(t *testing.T) {
	for _, x := range []struct {
		name string
		plan Arrivals
		want float64
	}{
		{"one call", Until(Constant(20), 1, 0), 20},
		{"two", Until(Constant(20), 2, 0), 20},
		{"ten", Until(Constant(10), 10, 0), 10},
		{"after a pause", Steps(Step{0, 5 * time.Second}, Step{10, time.Second}), 10},
		{"of a second engine", &share{Arrivals: Until(Constant(20), 20, 0), of: 2, mine: 1}, 10},
	} {
		c, _ := place(t, x.plan, 0, answering(t, time.Millisecond, "200 OK"))
		r := newResult(batch.NewClock(), []*caller{c}, nil)
		if got := r.Report().Rate; got < 0.99*x.want || got > 1.01*x.want {
			t.Errorf("%s: %g a second, want %g", x.name, got, x.want)
		}
	}
	early, late := &caller{s: &fake{}, plan: one(), first: 1e9, last: 2e9}, &caller{s: &fake{}, plan: one(), first: 2e9, last: 3e9}
	early.m, late.m = *newMeasure(), *newMeasure()
	early.m.Attempts, late.m.Attempts = 11, 10
	for _, both := range [][]*caller{{early, late}, {late, early}, {early, {s: &fake{}, plan: one(), m: *newMeasure()}, late}} {
		if r := newResult(batch.NewClock(), both, nil); r.rate() != 10 {
			t.Errorf("of two engines: %g a second, want 10", r.rate())
		}
	}
}

// What one engine counts is in the sum: a count that is forgotten there is a
// fault that nobody is told of.
func TestSumOfEnginesForgetsNoCount(t *testing.T) {
	one, sum := newMeasure(), newMeasure()
	forgotten(t, one, sum, func() { sum.merge(one) })
	var callers, all batch.Stats
	forgotten(t, &callers, &all, func() { all.Add(callers) })
	var host, hosts Hosted
	forgotten(t, &host, &hosts, func() { hosts.add(host) })
	forgotten(t, &host.Host, &hosts.Host, func() { hosts.add(host) })
	forgotten(t, &host.Connections, &hosts.Connections, func() { hosts.Connections.merge(host.Connections) })
}

// forgotten has each count of one differ from nothing, and finds those that a
// sum lacks.
func forgotten(t *testing.T, one, sum any, add func()) {
	t.Helper()
	v, w := reflect.ValueOf(one).Elem(), reflect.ValueOf(sum).Elem()
	each := func(f func(name string, of, in reflect.Value)) {
		for i := range v.NumField() {
			if k := v.Field(i).Kind(); k == reflect.Uint64 || k == reflect.Int {
				f(v.Type().String()+"."+v.Type().Field(i).Name, v.Field(i), w.Field(i))
			}
		}
	}
	n := 0
	each(func(_ string, of, _ reflect.Value) {
		n++
		if of.CanUint() {
			of.SetUint(uint64(n))
		} else {
			of.SetInt(int64(n))
		}
	})
	add()
	each(func(name string, of, in reflect.Value) {
		if !of.Equal(in) {
			t.Errorf("%s: %v of %v", name, in, of)
		}
	})
}
