package load

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestMixOfCalls(t *testing.T) {
	const calls = 4000
	flows := []Flow{
		{Name: "cameras", Weight: 70, Called: Range("", 6000, 1000, 4), Hold: Fixed(3 * time.Second)},
		{Name: "phones", Weight: 20, Called: Range("", 8000, 100, 4)},
		{Name: "nobody", Weight: 10, Called: One("9999")},
	}
	came := map[byte]int{}
	begun := map[string]int64{}
	peer := func(f *fake, _ netip.AddrPort, text string) {
		id := lineOf(text, "Call-ID")
		switch {
		case strings.HasPrefix(text, "INVITE"):
			came[text[len("INVITE sip:")]]++
			begun[id] = f.now
			status := "200 OK"
			if strings.HasPrefix(text, "INVITE sip:9999@") {
				status = "404 Not Found"
			}
			f.deliver(time.Millisecond, respond(t, text, status))
		case strings.HasPrefix(text, "BYE"):
			want := time.Second
			if strings.Contains(lineOf(text, "To"), "<sip:6") {
				want = 3 * time.Second
			}
			if d := time.Duration(f.now - begun[id]); d < want || d > want+20*time.Millisecond {
				t.Errorf("%s was released after %s, want %s", lineOf(text, "To"), d, want)
			}
			f.deliver(time.Millisecond, respond(t, text, "200 OK"))
		}
	}
	c, _ := place(t, Until(Constant(20), calls, 0), time.Second, peer, func(c *caller) {
		c.mix = newMix(flows, 1)
		c.w.to = c.mix.called
		c.m.Flows = []Flowed{{Name: "cameras"}, {Name: "phones"}, {Name: "nobody"}}
	})
	for i, share := range []float64{0.7, 0.2, 0.1} {
		f := c.m.Flows[i]
		if math.Abs(float64(f.Attempts)/calls-share) > 0.02 {
			t.Errorf("%s: %d of %d calls, want a share of %g", f.Name, f.Attempts, calls, share)
		}
		if answered := f.Attempts; i < 2 && (f.Answered != answered || f.Completed != answered) || i == 2 && f.Answered+f.Completed != 0 {
			t.Errorf("got %+v", f)
		}
	}
	if int(c.m.Flows[0].Attempts) != came['6'] || int(c.m.Flows[1].Attempts) != came['8'] || int(c.m.Flows[2].Attempts) != came['9'] {
		t.Errorf("came %v, counted %+v", came, c.m.Flows)
	}
}

func TestUsersCallTalkAndThink(t *testing.T) {
	const all = 20
	var most, open int
	network := 10 * time.Millisecond
	run := func(answer time.Duration) (*caller, int) {
		most, open = 0, 0
		c, _ := place(t, Steps(), 2*time.Second, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				open++
				most = max(most, open)
				f.deliver(answer, respond(t, text, "200 OK"))
			case strings.HasPrefix(text, "BYE"):
				open--
				f.deliver(network, respond(t, text, "200 OK"))
			}
		}, func(c *caller) {
			*c = *newCaller(c.s, there, c.w, all)
			c.plan, c.hold, c.of, c.rnd = Steps(), Fixed(2*time.Second), 1, rand.New(rand.NewPCG(1, 1))
			c.users = &loop{think: Fixed(3 * time.Second), until: int64(time.Minute), all: all}
			c.seat()
		})
		return c, most
	}
	c, m := run(network)
	// A turn takes 2 s of talk and 3 s of thought: 12 in a minute each, the
	// first after up to 3 s.
	if n := int(c.m.Attempts); n < 11*all || n > 12*all || c.m.Completed != c.m.Attempts || m > all || m < 4 {
		t.Errorf("%d calls, %d at a time, %s", n, m, counts(c))
	}
	if c.m.LateStarts != 0 {
		t.Errorf("%d late", c.m.LateStarts)
	}
	slow, _ := run(5 * time.Second)
	// This is what a closed loop hides: the slower the system, the less it is
	// asked.
	if slow.m.Attempts > c.m.Attempts*6/10 {
		t.Errorf("%d calls where an answer takes 5 s, %d where it takes none", slow.m.Attempts, c.m.Attempts)
	}
}
