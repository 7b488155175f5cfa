package media_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/reports/record"
	"ringproof/simulators/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ptime = 20 * time.Millisecond

var (
	pcma = sdp.Codec{PT: 8, Name: "PCMA", Clock: 8000}
	pcmu = sdp.Codec{PT: 0, Name: "PCMU", Clock: 8000}
)

// room is a network with parties who know each other's voices.
type room struct {
	t     *testing.T
	net   network.Network
	names map[media.Voice]string
	start time.Time
}

// in runs the test in virtual time.
func in(t *testing.T, f func(*room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(&room{t: t, net: memnet.New(), names: map[media.Voice]string{3: "alice", 40: "bob"}, start: time.Now()})
	})
}

func (r *room) open(v media.Voice) *media.Session {
	r.t.Helper()
	s, err := media.Open(media.Config{
		Network: r.net, Addr: netip.MustParseAddr("192.0.2.1"), Voice: v, SSRC: uint32(v) + 1,
		NameOf: func(v media.Voice) string { return r.names[v] },
		At:     func(t time.Time) int64 { return int64(t.Sub(r.start)) },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { s.Close() })
	return s
}

// pass lets virtual time pass. There is nothing to wait for: the sockets are
// in memory, and no real time goes by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestTwoSessionsHearEachOther(t *testing.T) {
	for _, codec := range []sdp.Codec{pcma, pcmu} {
		t.Run(codec.Name, func(t *testing.T) {
			in(t, func(r *room) {
				alice, bob := r.open(3), r.open(40)
				alice.Start(bob.Addr(), codec)
				bob.Start(alice.Addr(), codec)
				pass(time.Second)
				a, b := alice.Close(), bob.Close()
				for _, c := range []struct {
					name         string
					fact, other  record.Stream
					hears, never string
				}{{"alice", a, b, "bob", "alice"}, {"bob", b, a, "alice", "bob"}} {
					if got := c.fact.HeardFor(c.hears); got < 980*time.Millisecond || got > 1040*time.Millisecond {
						t.Errorf("%s heard %s for %v, want 1 s", c.name, c.hears, got)
					}
					if got := c.fact.HeardFor(c.never); got != 0 {
						t.Errorf("%s heard itself for %v", c.name, got)
					}
					if len(c.fact.Heard) != 1 || len(c.fact.Sources) != 1 || c.fact.Sources[0] != c.other.Local || c.fact.Remote != c.other.Local || c.fact.Codec != codec.String() {
						t.Errorf("%s: got %+v", c.name, c.fact)
					}
					if c.fact.Sent < 50 || c.fact.Sent > 52 || c.fact.Received < 50 || c.fact.Lost != 0 || c.fact.SendError != "" {
						t.Errorf("%s: got %+v, want 50 packets each way and none lost", c.name, c.fact)
					}
				}
				if a.Local.Port()%2 != 0 || b.Local.Port()%2 != 0 {
					t.Errorf("ports %s and %s: want even ones (RFC 3550 §11)", a.Local, b.Local)
				}
			})
		})
	}
}

func TestUnknownVoiceIsNobodys(t *testing.T) {
	in(t, func(r *room) {
		stranger, bob := r.open(11), r.open(40)
		stranger.Start(bob.Addr(), pcma)
		pass(time.Second)
		if f := bob.Fact(); f.Received < 50 || len(f.Heard) != 0 {
			t.Errorf("got %+v, want packets and nobody heard", f)
		}
	})
}

func TestPacketsOfAnotherPayloadTypeAreNotHeard(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(bob.Addr(), sdp.Codec{PT: 96, Name: "PCMA", Clock: 8000})
		pass(time.Second)
		if f := bob.Fact(); f.Received < 50 || len(f.Heard) != 0 {
			t.Errorf("got %+v, want packets and nobody heard", f)
		}
	})
}

func TestCodecThatWeDoNotSpeakIsNotSent(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(bob.Addr(), sdp.Codec{PT: 9, Name: "G722", Clock: 8000})
		pass(time.Second)
		if f := alice.Fact(); f.Sent != 0 || f.Codec != "G722/8000" {
			t.Errorf("got %+v", f)
		}
	})
}

func TestTalkGoesWhereItIsToldLast(t *testing.T) {
	for _, c := range []struct {
		name   string
		remote netip.AddrPort
	}{
		{"port 0 stops it", netip.MustParseAddrPort("192.0.2.1:0")},
		{"an unspecified address stops it (RFC 3264 §8.4)", netip.MustParseAddrPort("0.0.0.0:4000")},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(r *room) {
				alice, bob := r.open(3), r.open(40)
				alice.Start(bob.Addr(), pcma)
				alice.Start(bob.Addr(), pcma) // again the same: nothing starts twice
				pass(time.Second)
				alice.Start(c.remote, pcma)
				sent := alice.Fact().Sent
				if sent > 52 {
					t.Errorf("sent %d packets in 1 s", sent)
				}
				pass(time.Second)
				if got := alice.Fact().Sent; got > sent+1 {
					t.Errorf("sent %d more", got-sent)
				}
			})
		})
	}
	t.Run("another address gets it, the old one no more", func(t *testing.T) {
		in(t, func(r *room) {
			alice, bob, carol := r.open(3), r.open(40), r.open(41)
			alice.Start(bob.Addr(), pcma)
			pass(time.Second)
			alice.Start(carol.Addr(), pcmu)
			pass(time.Second)
			toBob, toCarol := bob.Fact(), carol.Fact()
			b, c := toBob.HeardFor("alice"), toCarol.HeardFor("alice")
			if b > 1040*time.Millisecond || b < 980*time.Millisecond || c < 980*time.Millisecond {
				t.Errorf("bob heard alice for %v, carol for %v; want 1 s each", b, c)
			}
		})
	})
}

func TestHushStopsTalkingNotListening(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(bob.Addr(), pcma)
		bob.Start(alice.Addr(), pcma)
		pass(time.Second)
		alice.Hush()
		synctest.Wait()
		before := alice.Fact()
		pass(time.Second)
		after := alice.Fact()
		if after.Sent > before.Sent {
			t.Errorf("sent %d packets after it was hushed", after.Sent-before.Sent)
		}
		if after.Received < before.Received+49 {
			t.Errorf("received %d packets more, want 50", after.Received-before.Received)
		}
		alice.Start(bob.Addr(), pcma)
		pass(time.Second)
		if got := alice.Fact().Sent; got < after.Sent+49 {
			t.Errorf("sent %d packets after it was told to talk again, want 50", got-after.Sent)
		}
		if f := bob.Fact(); len(f.Heard) != 2 {
			t.Errorf("bob heard %+v, want two stretches", f.Heard)
		}
	})
}

func TestAwaitReturnsOnceEnoughWasHeard(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		go func() {
			<-time.After(3 * time.Second)
			alice.Start(bob.Addr(), pcma)
		}()
		ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Second)
		defer cancel()
		if err := bob.Await(ctx, "alice", 400*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(r.start); took < 3400*time.Millisecond-2*ptime || took > 3400*time.Millisecond+2*ptime {
			t.Errorf("it took %v, want 3.4 s", took)
		}
	})
}

func TestAwaitGivesUpAtItsBound(t *testing.T) {
	late := errors.New("too late")
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(bob.Addr(), pcma)
		ctx, cancel := context.WithTimeoutCause(r.t.Context(), 5*time.Second, late)
		defer cancel()
		if err := bob.Await(ctx, "bob", time.Millisecond); !errors.Is(err, late) {
			t.Errorf("got %v, want the cause of the bound", err)
		}
		if took := time.Since(r.start); took != 5*time.Second {
			t.Errorf("it took %v, want 5 s", took)
		}
	})
}

func TestAwaitEndsWithTheSession(t *testing.T) {
	in(t, func(r *room) {
		bob := r.open(40)
		got := make(chan error)
		go func() { got <- bob.Await(r.t.Context(), "alice", time.Second) }()
		synctest.Wait()
		bob.Close()
		if err := <-got; !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want that it is closed", err)
		}
	})
}

func TestCloseTwiceGivesTheSame(t *testing.T) {
	in(t, func(r *room) {
		alice, bob := r.open(3), r.open(40)
		alice.Start(bob.Addr(), pcma)
		pass(time.Second)
		first := alice.Close()
		alice.Start(bob.Addr(), pcmu) // after the end: nothing starts
		pass(time.Second)
		if again := alice.Close(); again.Sent != first.Sent {
			t.Errorf("sent %d packets after the end", again.Sent-first.Sent)
		}
	})
}

// arrival is one packet of a stranger: when it is sent, and what it says.
type arrival struct {
	at   time.Duration
	seq  uint16
	time uint32
	ssrc uint32
}

// regular gives n packets on time, from a sequence number and timestamp on.
func regular(n int, seq uint16, ts uint32) (out []arrival) {
	for i := range n {
		out = append(out, arrival{time.Duration(i) * ptime, seq + uint16(i), ts + uint32(i)*160, 1})
	}
	return out
}

func TestLossAndJitterAreRFC3550s(t *testing.T) {
	without := func(all []arrival, out ...int) (kept []arrival) {
		for i, a := range all {
			gone := false
			for _, o := range out {
				gone = gone || o == i
			}
			if !gone {
				kept = append(kept, a)
			}
		}
		return kept
	}
	late := func(all []arrival, which int, by time.Duration) []arrival {
		all[which].at += by
		return all
	}
	restarted := append(regular(10, 100, 0), regular(10, 5000, 99999)...)
	for i := 10; i < 20; i++ {
		restarted[i].at, restarted[i].ssrc = time.Duration(i)*ptime, 2
	}
	// One packet 8 ms (64 samples) late: |D| is 64 twice (it, and the next).
	j := 64.0 / 16
	j += (64 - j) / 16
	for range 2 {
		j += (0 - j) / 16
	}
	for _, c := range []struct {
		name     string
		arrivals []arrival
		lost     int
		jitter   float64 // ms
	}{
		{"nothing", nil, 0, 0},
		{"all on time", regular(20, 100, 7), 0, 0},
		{"three missing", without(regular(20, 100, 0), 3, 4, 11), 3, 0},
		{"the first is where counting starts", without(regular(20, 100, 0), 0), 0, 0},
		{"the sequence number wraps", regular(20, 65530, 0), 0, 0},
		{"one missing where it wraps", without(regular(20, 65530, 0), 6), 1, 0},
		{"the timestamp wraps", regular(20, 100, 1<<32-800), 0, 0},
		{"one twice makes up for one missing (A.3 counts both)", append(without(regular(20, 100, 0), 5), arrival{20 * ptime, 119, 20 * 160, 1}), 0, 0},
		{"one 8 ms late", late(regular(20, 100, 0), 16, 8*time.Millisecond), 0, j / 8},
		{"another source starts anew, what was lost before is forgotten", without(restarted, 4, 14), 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(r *room) {
				bob := r.open(40)
				from, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.9:4000"))
				if err != nil {
					t.Fatal(err)
				}
				defer from.Close()
				for _, a := range c.arrivals {
					<-time.After(time.Until(r.start.Add(a.at)))
					p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: a.seq, Timestamp: a.time, SSRC: a.ssrc}, Payload: make([]byte, 160)}
					b, err := p.Marshal()
					if err != nil {
						t.Fatal(err)
					}
					if _, err := network.WriteTo(from, b, bob.Addr()); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				f := bob.Fact()
				if f.Received != len(c.arrivals) || f.Lost != c.lost {
					t.Errorf("got %d packets, %d lost; want %d and %d", f.Received, f.Lost, len(c.arrivals), c.lost)
				}
				if d := f.JitterMS - c.jitter; d > 0.001 || d < -0.001 {
					t.Errorf("got jitter %v ms, want %.3f", f.JitterMS, c.jitter)
				}
			})
		})
	}
	t.Run("one out of order is not lost, nor does it hide one that is", func(t *testing.T) {
		in(t, func(r *room) {
			bob := r.open(40)
			from, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.9:4000"))
			if err != nil {
				t.Fatal(err)
			}
			defer from.Close()
			for _, seq := range []uint16{100, 102, 101, 103, 105, 107, 106} {
				b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: seq}, Payload: []byte{1}}).Marshal()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := network.WriteTo(from, b, bob.Addr()); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			if f := bob.Fact(); f.Lost != 1 {
				t.Errorf("got %d lost, want 1", f.Lost)
			}
		})
	})
}

func TestWhatIsNoRTPIsNotCounted(t *testing.T) {
	in(t, func(r *room) {
		bob := r.open(40)
		from, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.9:4000"))
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		for _, b := range []string{"", "x", "INVITE sip:x SIP/2.0\r\n\r\n", "\x00\x01\x00\x00\x21\x12\xa4\x42aaaaaaaaaaaa"} {
			if _, err := network.WriteTo(from, []byte(b), bob.Addr()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if f := bob.Fact(); f.Received != 0 || len(f.Sources) != 0 {
			t.Errorf("got %+v", f)
		}
	})
}

func TestVoiceThatCannotBeSentIsNoted(t *testing.T) {
	in(t, func(r *room) {
		s, err := media.Open(media.Config{
			Network: r.net, Addr: netip.MustParseAddr("127.0.0.1"), Voice: 3,
			NameOf: func(media.Voice) string { return "" }, At: func(time.Time) int64 { return 1 },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Start(netip.MustParseAddrPort("192.168.255.254:4000"), pcma)
		pass(time.Second)
		if f := s.Close(); f.SendError != "192.168.255.254:4000 cannot be reached from 127.0.0.1" || f.Sent != 0 {
			t.Errorf("got %+v, want an error in sending from the loopback to elsewhere", f)
		}
	})
}

// between is a relay that passes on what it makes of each packet.
func (r *room) between(to netip.AddrPort, made func([]byte) [][]byte) netip.AddrPort {
	r.t.Helper()
	c, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.9:0"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 2048)
		for {
			n, _, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, b := range made(buf[:n]) {
				if _, err := network.WriteTo(c, b, to); err != nil {
					return
				}
			}
		}
	}()
	return network.Addr(c)
}

func TestPacketThatComesAgainIsHeardOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		made     func([]byte) [][]byte
		received int
		heard    bool
	}{
		{"each twice", func(b []byte) [][]byte { return [][]byte{b, b} }, 100, true},
		{"all with one number", func(b []byte) [][]byte { b[2], b[3] = 0, 1; return [][]byte{b} }, 50, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(r *room) {
				alice, bob := r.open(3), r.open(40)
				alice.Start(r.between(bob.Addr(), c.made), pcma)
				pass(time.Second)
				f := bob.Close()
				if f.Received < c.received || f.Repeated < 49 || f.Lost != 0 {
					t.Errorf("got %+v, want %d packets, half of them or all but one repeated, none lost", f, c.received)
				}
				if got := f.HeardFor("alice"); c.heard != (got > 980*time.Millisecond) || got > 1040*time.Millisecond {
					t.Errorf("heard for %v", got)
				}
			})
		})
	}
}
