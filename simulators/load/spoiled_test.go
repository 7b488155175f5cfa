package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// spoiler answers badly, and knows how badly.
type spoiler struct {
	t      *testing.T
	rnd    *rand.Rand
	most   int // calls a second; beyond them it refuses with 503
	second int64
	inIt   int
	chokes int64             // until then it refuses all
	sound  bool              // does nothing else badly
	fate   map[string]string // by Call-ID
	dropped, late, leaked, refused,
	calls uint64
}

func (s *spoiler) peer(f *fake, _ netip.AddrPort, text string) {
	id := lineOf(text, "Call-ID")
	switch {
	case strings.HasPrefix(text, "INVITE"):
		if s.fate[id] == "" {
			s.fate[id] = s.decide(f.now)
		}
		switch s.fate[id] {
		case "dropped":
		case "refused":
			f.deliver(time.Millisecond, respond(s.t, text, "503 Service Unavailable"))
		case "late":
			f.deliver(5*time.Second, respond(s.t, text, "200 OK"))
		default:
			f.deliver(20*time.Millisecond, respond(s.t, text, "180 Ringing"))
			f.deliver(30*time.Millisecond, respond(s.t, text, "200 OK"))
		}
	case strings.HasPrefix(text, "BYE") && s.fate[id] != "leaked":
		f.deliver(time.Millisecond, respond(s.t, text, "200 OK"))
	}
}

func (s *spoiler) decide(now int64) string {
	s.calls++
	if sec := now / 1e9; sec != s.second {
		s.second, s.inIt = sec, 0
	}
	if s.inIt++; s.inIt > s.most || now < s.chokes {
		s.refused++
		return "refused"
	}
	if s.sound {
		return "fine"
	}
	switch dice := s.rnd.Float64(); {
	case dice < 0.01:
		s.dropped++
		return "dropped"
	case dice < 0.03:
		s.late++
		return "late"
	case dice < 0.04:
		s.leaked++
		return "leaked"
	}
	return "fine"
}

// What a bad answerer does is measured as it is, and never taken for a fault
// of the generator.
func TestSpoilingAnswererIsMeasuredAsItIs(t *testing.T) {
	s := &spoiler{t: t, rnd: rand.New(rand.NewPCG(5, 6)), most: 500, fate: map[string]string{}}
	c, _ := place(t, Steps(Step{400, 10 * time.Second}, Step{700, 5 * time.Second}), time.Second, s.peer, func(c *caller) {
		*c = *newCaller(c.s, there, c.w, 100_000)
		c.plan, c.hold, c.of, c.rnd = Steps(Step{400, 10 * time.Second}, Step{700, 5 * time.Second}), Fixed(time.Second), 1, rand.New(rand.NewPCG(1, 1))
	})
	m := c.m
	if m.Attempts != 7500 || s.calls != 7500 {
		t.Fatalf("%d attempts, %d calls came", m.Attempts, s.calls)
	}
	for _, x := range []struct {
		name       string
		got, truth uint64
	}{
		{"without an answer", m.TimedOut, s.dropped},
		{"refused", m.Codes[503], s.refused},
		{"BYE without a response", m.ByeTimedOut, s.leaked},
		{"answered", m.Answered, s.calls - s.dropped - s.refused},
		{"completed", m.Completed, s.calls - s.dropped - s.refused - s.leaked},
	} {
		if x.got != x.truth || x.truth == 0 {
			t.Errorf("%s: measured %d, in truth %d", x.name, x.got, x.truth)
		}
	}
	failed := uint64(0)
	for _, x := range m.Seconds {
		failed += uint64(x.Failed)
	}
	if truth := s.dropped + s.refused + s.leaked; failed != truth {
		t.Errorf("%d calls failed, second by second, in truth %d", failed, truth)
	}
	late := 0
	for _, b := range m.Answer.Distribution() {
		if b.From > 4_900_000 {
			late += int(b.Count)
		}
	}
	if uint64(late) != s.late {
		t.Errorf("%d answers of 5 s, in truth %d", late, s.late)
	}
	if p := m.Answer.ValueAtQuantile(50); p < 30_000 || p > 30_500 {
		t.Errorf("median of the answer %d µs, in truth 30 ms", p)
	}
	r := Result{Measure: m, Strain: c.pulse.sum(c.s.Now()), tooLate: time.Duration(tooLate)}
	r.Invalid = r.reasons()
	says(t, r.Invalid, "")
	got := strings.Join(r.Report().Faults(), "; ")
	want := fmt.Sprintf("the system under test left %d of 7500 calls without a final response for 32 s; "+
		"the system under test refused %d of 7500 calls with 503; "+
		"the system under test left the BYE of %d of 7500 calls without a response for 32 s", s.dropped, s.refused, s.leaked)
	if got != want {
		t.Errorf("said %s, want %s", got, want)
	}
	limit := 1.0
	if misses := (Thresholds{MaxFailed: &limit, P95Answer: 40 * time.Millisecond}).Check(r.Report()); len(misses) != 1 || misses[0].Name != "failed calls" {
		t.Errorf("missed %v, want the failed calls alone: only 2 in 100 answers were late", misses)
	}
}

// What the generator spoiled itself is not put down to the system under test.
func TestNobodyElseIsToBlameForAnInvalidRun(t *testing.T) {
	r := Report{Attempts: 100, TimedOut: 10, PortClosed: true, Valid: true}
	if len(r.Faults()) != 2 {
		t.Errorf("of a valid run: %q", r.Faults())
	}
	r.Spoil([]Reason{{"datagrams were dropped here", "raise it"}})
	if r.Valid || len(r.Faults()) != 0 {
		t.Errorf("of an invalid run: %q", r.Faults())
	}
}

func TestALateGeneratorProvesWhatWasCarriedAllTheSame(t *testing.T) {
	for _, x := range []struct {
		name string
		r    Report
		want bool
	}{
		{"all came and were completed", Report{Attempts: 100, Completed: 100, Rate: 99.5}, true},
		{"one was not completed", Report{Attempts: 100, Completed: 99, Rate: 99.5}, false},
		{"they came too slowly", Report{Attempts: 100, Completed: 100, Rate: 98}, false},
		{"few, the last a little late", Report{Attempts: 10, Completed: 10, Rate: 91}, true},
		{"few, the last very late", Report{Attempts: 10, Completed: 10, Rate: 89}, false},
		{"one, which has no rate", Report{Attempts: 1, Completed: 1}, true},
		{"none came", Report{}, false},
	} {
		if got := x.r.Carried(100); got != x.want {
			t.Errorf("%s: carried %v", x.name, got)
		}
	}
}

// A system that refuses what goes beyond 500 calls a second carries 500.
func TestSearchesFindWhereASystemCollapses(t *testing.T) {
	try := func(_ context.Context, rate float64, calls uint64) (uint64, error) {
		s := &spoiler{t: t, most: 500, sound: true, fate: map[string]string{}}
		c, _ := place(t, Until(Constant(rate), calls, 0), 0, s.peer)
		return c.m.Completed, nil
	}
	for name, search := range map[string]func(context.Context, Bounds, Trial) (Found, error){"benchmark": Benchmark, "bisect": Bisect} {
		f, err := search(t.Context(), Bounds{Calls: 1500, Start: 100, Trials: 100}, try)
		if err != nil || !f.Converged || f.Rate < 450 || f.Rate > 550 {
			t.Errorf("%s: found %g of 500, converged %v in %d trials, %v", name, f.Rate, f.Converged, len(f.Trials), err)
		}
	}
}
