package steps_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// leaking is a network that loses datagrams at random, in both directions. Each
// way from one address to another has a chance of its own, so that the order in
// which goroutines run decides nothing.
type leaking struct {
	steps.Network
	seed  uint64
	share float64 // of the datagrams that are lost

	mu   sync.Mutex
	ways map[string]*rand.Rand
}

func (n *leaking) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := n.Network.ListenPacket(at)
	if err != nil {
		return nil, err
	}
	return &leak{PacketConn: c, n: n}, nil
}

func (n *leaking) loses(from, to net.Addr) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	way := from.String() + " " + to.String()
	if n.ways[way] == nil {
		h := fnv.New64a()
		h.Write([]byte(way))
		n.ways[way] = rand.New(rand.NewPCG(n.seed, h.Sum64()))
	}
	return n.ways[way].Float64() < n.share
}

// leak hides the faster methods of its socket.
type leak struct {
	net.PacketConn
	n *leaking
}

func (c *leak) WriteTo(b []byte, to net.Addr) (int, error) {
	const media = 0x80 // version 2 of RTP and RTCP (RFC 3550 §5.1); SIP is text
	if len(b) > 0 && b[0]&0xc0 != media && c.n.loses(c.LocalAddr(), to) {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

func lossyRun(t *testing.T, seed uint64, share float64, fault, tags string) (run *record.Run) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{Defect: fault})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{
			Target:  target,
			Network: &leaking{Network: memnet.New().WithICMP(), seed: seed, share: share, ways: map[string]*rand.Rand{}},
			Seed:    seed, Tags: tags,
		})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run
}

func TestFewLostPacketsAreARemark(t *testing.T) {
	for _, share := range []float64{0.01, 0.02} {
		for seed := uint64(4); seed <= 6; seed++ {
			t.Run(fmt.Sprintf("%v of them, seed %d", share, seed), func(t *testing.T) {
				run := lossyRun(t, seed, share, "", "~@load")
				if err := steps.Verdict(run); err != nil || !strings.Contains(run.Why, "remark: packets are lost") {
					t.Errorf("%v (%s), want it accepted, with a remark", err, run.Why)
				}
				for _, s := range run.Scenarios {
					_, again, _ := strings.Cut(run.Why, "only when repeated, for packets had been lost: ")
					if s.Try == 2 && !strings.Contains(again, s.ID) {
						t.Errorf("%s was repeated, and %q does not say so", s.ID, run.Why)
					}
				}
				for _, c := range run.Checks {
					if c.ID == "path.lossless" && (c.Verdict != record.Fail || c.Severity != record.Should || c.Scenario != 0) {
						t.Errorf("got %+v, want a should that failed, of the way to the system", c)
					}
				}
			})
		}
	}
}

// What is lost on the way makes calls slow: no fault of the system, and no proof
// that it is quick either.
func TestLostPacketsLeaveDelaysUnderLoadOpen(t *testing.T) {
	open := 0
	for seed := uint64(2); seed <= 4 || open == 0 && seed <= 12; seed++ {
		run := lossyRun(t, seed, 0.1, "", "~@security")
		for _, c := range run.Checks {
			if c.ID == "load.delay" && c.Verdict == record.Unprovable {
				open++
			}
			if c.ID == "load.delay" && c.Verdict == record.Fail {
				t.Errorf("seed %d: %+v", seed, c)
			}
		}
	}
	if open == 0 {
		t.Error("no delay was left open: the loss is too small to show anything")
	}
}

func TestManyLostPacketsAreNamedAsTheCause(t *testing.T) {
	found := 0
	for _, share := range []float64{0.05, 0.1} {
		for seed := uint64(2); seed <= 4; seed++ {
			run := lossyRun(t, seed, share, "", "")
			found += len(run.Findings)
			for _, f := range run.Findings {
				if f.Cause != record.CauseReachability || !strings.HasPrefix(f.Why, "Packets are lost") || !strings.Contains(f.Evidence[0], "had to be sent again") {
					t.Errorf("%v lost, seed %d: %s of %s: %s: %s; want it put down to lost packets", share, seed, f.Check, run.Scenarios[f.Scenario].ID, f.Cause, f.Why)
				}
			}
			if !strings.Contains(run.Why, "remark: packets are lost") {
				t.Errorf("%v lost, seed %d: %s; want a remark", share, seed, run.Why)
			}
		}
	}
	if found == 0 {
		t.Error("nothing failed: the loss is too small to show anything")
	}
}

func TestAFaultIsNamedThoughPacketsAreLost(t *testing.T) {
	for _, c := range []struct{ fault, check string }{{"busy-as-error", "call.busy"}, {"any-password", "register.refused"}} {
		run := lossyRun(t, 1, 0.05, c.fault, "")
		ok := slices.ContainsFunc(run.Findings, func(f record.Finding) bool {
			return f.Check == c.check && !strings.HasPrefix(f.Why, "Packets are lost")
		})
		if run.Verdict != record.NotAccepted || !ok {
			t.Errorf("%s: %s, %s, findings %v; want %s", c.fault, run.Verdict, run.Why, run.Findings, c.check)
		}
	}
}

// nowAndThen is a system that loses the first copy of every tenth answer to a
// REGISTER, and that swallows what begins so and has this in it in the calls of
// these numbers, counted by what it would swallow.
func nowAndThen(begin, with string, calls []int) mangle {
	register := regexp.MustCompile(`(?s)^SIP/2.0 200.*CSeq: \d+ REGISTER`)
	id := regexp.MustCompile(`(?m)^(?:Call-ID|CSeq): .*$`)
	answers, order := map[string]bool{}, map[string]int{}
	return func(m string) []string {
		ids := id.FindAllString(m, 2)
		if key := fmt.Sprint(ids); register.MatchString(m) && !answers[key] {
			answers[key] = true
			if len(answers)%10 == 0 {
				return nil
			}
		}
		if !strings.HasPrefix(m, begin) || !strings.Contains(m, with) {
			return []string{m}
		}
		call := ids[slices.IndexFunc(ids, func(s string) bool { return strings.HasPrefix(s, "Call-ID") })]
		if order[call] == 0 {
			order[call] = len(order) + 1
		}
		if slices.Contains(calls, order[call]) {
			return nil
		}
		return []string{m}
	}
}

func TestAFaultNowAndThenIsNoLoss(t *testing.T) {
	for _, c := range []struct {
		name, begin, with string
		calls             []int
	}{
		{"BYE", "BYE ", "", []int{25, 34, 43, 52, 61, 70, 79, 88, 97}},
		{"INVITE at a route's second target", "INVITE ", "<sip:70", []int{4, 6, 8, 10, 12}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := mangledRun(t, nowAndThen(c.begin, c.with, c.calls), nil, "")
			if steps.Verdict(run) == nil || !strings.Contains(run.Why, "(flaky)") || !strings.Contains(run.Why, "remark: packets are lost") {
				t.Errorf("%s (%s), want it not accepted, and packets lost", run.Verdict, run.Why)
			}
		})
	}
}

func TestASystemThatTalksIsNotTakenForDead(t *testing.T) {
	asked := 0
	deaf := func(m string) []string {
		if strings.HasPrefix(m, "SIP/2.0 200") && strings.Contains(m, " OPTIONS\r\n") {
			if asked++; asked > 1 {
				return nil
			}
		}
		return []string{m}
	}
	if run := mangledRun(t, deaf, nil, "@id:media.lasts"); steps.Verdict(run) != nil || asked < 4 {
		t.Errorf("%s (%s) after %d questions, want it accepted", run.Verdict, run.Why, asked)
	}
}

func TestNoPacketLostIsNoRemark(t *testing.T) {
	run := lossyRun(t, 1, 0, "", "@peer")
	held := slices.ContainsFunc(run.Checks, func(c record.Check) bool { return c.ID == "path.lossless" && c.Verdict == record.Pass })
	if !held || strings.Contains(run.Why, "remark") {
		t.Errorf("%s, checked %t; want it checked, and no remark", run.Why, held)
	}
}
