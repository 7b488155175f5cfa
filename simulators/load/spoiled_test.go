package load

import (
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
	if s.inIt++; s.inIt > s.most {
		s.refused++
		return "refused"
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
	r := Result{Measure: m, Took: time.Minute, Engines: 1}
	if reasons := r.reasons(); len(reasons) != 0 {
		t.Errorf("put down to ourselves: %v", reasons)
	}
}
