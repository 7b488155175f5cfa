package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringproof/internal/batch"
)

// held is a socket whose engine gets its core back late, now and then.
type held struct {
	*fake
	every int // turns
	by    time.Duration
	turn  int
}

func (h *held) Wait(until int64, wake bool) {
	h.fake.Wait(until, wake)
	if h.turn++; h.turn%h.every == 0 {
		h.now += int64(h.by)
	}
}

// Whatever an engine does late is seen: not only where calls begin, but where
// they are held and released too.
func TestAnEngineThatIsHeldUpIsInvalid(t *testing.T) {
	begins := func() Arrivals { return Until(Constant(100), 100, 0) }
	burst := func() Arrivals { return Until(Constant(100_000), 100, 0) } // all begin at once, before anything is late
	for _, x := range []struct {
		name  string
		plan  func() Arrivals
		hold  time.Duration
		every int
		by    time.Duration
		want  string // a part of one reason; empty for none
	}{
		{"never", begins, time.Second, 1 << 30, 0, ""},
		{"for a moment", begins, time.Second, 100, 4 * time.Millisecond, ""},
		{"while calls begin", begins, 0, 3, 15 * time.Millisecond, "calls began more than 5 ms late"},
		{"while calls are held", burst, 10 * time.Second, 30, 120 * time.Millisecond, "our callers' engine stood still"},
		{"once, for longer than T1", burst, 10 * time.Second, 1000, 600 * time.Millisecond, "longer than T1"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c, _ := place(t, x.plan(), x.hold, answering(t, time.Millisecond, "200 OK"), func(c *caller) {
				c.s = &held{fake: c.s.(*fake), every: x.every, by: x.by}
			})
			if c.m.Completed != 100 {
				t.Fatalf("%d of 100 calls were completed", c.m.Completed)
			}
			s := c.pulse.sum(c.s.Now())
			s.CPU, s.Waited, s.Use = 0, 0, 0 // of the test's own thread
			r := Result{Measure: c.m, Strain: s, tooLate: time.Duration(tooLate)}
			got := r.reasons()
			if x.want == "" {
				says(t, got, "")
			} else if len(got) == 0 || !strings.Contains(got[0].What+got[len(got)-1].What, x.want) {
				t.Errorf("got %v, want one with %q", got, x.want)
			}
		})
	}
}

// crowdOver lets a crowd answer over a socket in memory.
func crowdOver(s socket) *crowd { return newCrowd(s, Manners{}, 1, 100, SDP(here1)) }

// What a crowd is slow with, the callers would measure as the system's delay.
func TestACrowdThatReadsLateIsInvalid(t *testing.T) {
	for _, by := range []time.Duration{0, 6 * time.Millisecond} {
		f := &fake{t: t}
		c := crowdOver(&held{fake: f, every: 1, by: by})
		for i := range 100 {
			f.deliver(time.Duration(i)*10*time.Millisecond, string(crlf("OPTIONS sip:b@h SIP/2.0", viaLine, fromLine, toLine, idLine, "CSeq: 1 OPTIONS")))
		}
		for f.now < int64(2*time.Second) {
			c.step()
		}
		h := c.sum()
		h.CPU, h.Waited, h.Use = 0, 0, 0 // of the test's own thread
		h.Sockets.Received = 100
		got := h.Reasons(Hosted{})
		if by == 0 {
			says(t, got, "")
		} else if len(got) != 1 || !strings.Contains(got[0].What, "of 100 messages were read more than 5 ms late") {
			t.Errorf("got %v", got)
		}
	}
}

// A reader that was held up while more came than its buffer holds: what the
// kernel dropped is told, also where nothing came after it.
func TestOverflowIsInvalid(t *testing.T) {
	crowd, err := Answer(CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:0"), Limit: 10, Receive: 4096})
	if err != nil {
		t.Fatal(err)
	}
	gate := make(chan Hosted) // nobody takes it: the crowd stands
	crowd.engines[0].ask <- gate
	from, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(crowd.At()))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	for range 100 {
		if _, err := from.Write(crlf("OPTIONS sip:b@h SIP/2.0", viaLine, fromLine, toLine, idLine, "CSeq: 1 OPTIONS")); err != nil {
			t.Fatal(err)
		}
	}
	<-gate
	h := crowd.Close()
	if h.Sockets.Dropped == 0 || h.Sockets.Received+h.Sockets.Dropped != 100 {
		t.Fatalf("%d read and %d dropped, of 100", h.Sockets.Received, h.Sockets.Dropped)
	}
	reasons := h.Reasons(Hosted{})
	if len(reasons) == 0 || !strings.Contains(reasons[0].What, "datagrams were dropped here: the receive buffer of the answering crowd") {
		t.Errorf("got %v", reasons)
	}
	if again := h.Reasons(h); len(again) != 0 {
		t.Errorf("of no time at all: %v", again)
	}
}

func TestWhatTheMachineDoesNotGiveIsSaid(t *testing.T) {
	err := scarce(fmt.Errorf("open a socket at %s: %w", here1, syscall.EMFILE))
	var got *ScarceError
	if !errors.As(err, &got) || got.What != "open a socket at 127.0.0.1:5060: too many open files" || !strings.Contains(got.Change, "ulimit -n") {
		t.Errorf("got %v", err)
	}
	if err := scarce(syscall.EADDRINUSE); !errors.Is(err, syscall.EADDRINUSE) || errors.As(err, &got) {
		t.Errorf("an address in use: %v", err)
	}
}

// A flood keeps an engine from nothing: it reads so much and then goes on.
type flood struct {
	*fake
	junk datagram
}

func (f *flood) Receive() (int, error) {
	f.now += int64(10*time.Microsecond) * batch.Size
	f.took = f.took[:0]
	for range batch.Size {
		f.took = append(f.took, f.junk)
	}
	return batch.Size, nil
}

func TestAFloodKeepsNoEngineFromItsCalls(t *testing.T) {
	f := &fake{t: t}
	s := &flood{f, datagram{data: []byte("rubbish\r\n\r\n")}}
	c := newCaller(s, there, newWriter(here1, there.String(), One("1"), One("2"), SDP(here1)), 10)
	c.plan, c.hold, c.of = Until(Constant(10), 10, 0), Fixed(0), 1
	c.next, c.more = c.plan.Next()
	c.setGrid(10)
	for c.more && f.now < int64(time.Minute) {
		c.step(context.Background())
	}
	if c.m.Attempts != 10 || c.m.Broken == 0 {
		t.Errorf("%d of 10 calls began in %s, beside %d broken messages", c.m.Attempts, time.Duration(f.now), c.m.Broken)
	}
}
