package batch_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ringproof/internal/batch"
)

func open(t *testing.T, cfg batch.Config) *batch.Socket {
	t.Helper()
	s, err := batch.Open(cfg, batch.NewClock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// receive gets n datagrams, or what came within a second.
func receive(t *testing.T, s *batch.Socket, n int) (got []string, from []netip.AddrPort) {
	t.Helper()
	for end := s.Now() + int64(time.Second); len(got) < n && s.Now() < end; {
		k, err := s.Receive()
		if err != nil {
			t.Fatal(err)
		}
		for i := range k {
			m := s.Message(i)
			if now := s.Now(); m.At <= 0 || m.At > now {
				t.Errorf("it came at %d, and now it is %d", m.At, now)
			}
			if m.Cut {
				m.Data = append(m.Data[:3:3], "…"...)
			}
			got, from = append(got, string(m.Data)), append(from, s.From(i))
		}
		if k == 0 {
			s.Wait(end, true)
		}
	}
	return got, from
}

func send(s *batch.Socket, to netip.AddrPort, texts ...string) {
	for _, x := range texts {
		s.Queue(copy(s.Buffer(), x), to)
	}
	s.Flush()
}

func TestManyGoBothWays(t *testing.T) {
	for _, host := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(host, func(t *testing.T) {
			a := open(t, batch.Config{Local: netip.MustParseAddrPort(host)})
			b := open(t, batch.Config{Local: netip.MustParseAddrPort(host), Remote: a.Local()})
			var texts []string
			for i := range 3 * batch.Size {
				texts = append(texts, strings.Repeat("x", 1+i))
			}
			send(b, netip.AddrPort{}, texts...)
			got, from := receive(t, a, len(texts))
			if len(got) != len(texts) {
				t.Fatalf("got %d, want %d", len(got), len(texts))
			}
			for i := range texts {
				if got[i] != texts[i] || from[i] != b.Local() {
					t.Fatalf("message %d: %d bytes from %s, want %d from %s", i, len(got[i]), from[i], len(texts[i]), b.Local())
				}
			}
			send(a, b.Local(), "back")
			if got, from := receive(t, b, 1); len(got) != 1 || got[0] != "back" || from[0] != a.Local() {
				t.Errorf("got %q from %v", got, from)
			}
			if st := b.Stats(); st.Sent != uint64(len(texts)) || st.SendCalls > 4 || st.Unsent != 0 {
				t.Errorf("got %+v, want %d sent with three or four calls", st, len(texts))
			}
		})
	}
}

// Datagrams of one length go to the kernel as one, and all the same arrive one
// by one and in order, whatever stands between them.
func TestTrainsArriveAsTheyWere(t *testing.T) {
	here := netip.MustParseAddrPort("127.0.0.1:0")
	a, b := open(t, batch.Config{Local: here}), open(t, batch.Config{Local: here})
	s := open(t, batch.Config{Local: here})
	var want [2][]string
	for i, length := range []int{300, 300, 300, 200, 300, 300, 1400, 1400, 1401, 1401, 4000, 4000, 7, 7, 0, 0, 7, 7, 7, 8, 8, 6} {
		text := fmt.Sprintf("%d ", i) + strings.Repeat("x", length)
		text = text[:length]
		to := 0
		if i%5 > 2 {
			to = 1
		}
		want[to] = append(want[to], text)
		s.Queue(copy(s.Buffer(), text), []netip.AddrPort{a.Local(), b.Local()}[to])
	}
	s.Flush()
	for i, x := range []*batch.Socket{a, b} {
		if got, _ := receive(t, x, len(want[i])); !slices.Equal(got, want[i]) {
			t.Errorf("to %d: got %d datagrams, want %d:\n%.9q\n%.9q", i, len(got), len(want[i]), got, want[i])
		}
	}
	if st := s.Stats(); st.Sent != 22 || st.Unsent != 0 {
		t.Errorf("got %+v, want 22 sent", st)
	}
}

// A kernel or a device that cannot cut a train gets its datagrams one by one.
func TestTrainsThatAreRefused(t *testing.T) {
	a := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	s := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0"), Remote: a.Local()})
	batch.NoChecksums(t, s) // and so no trains
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprintf("%03d", i))
	}
	send(s, netip.AddrPort{}, want...)
	if got, _ := receive(t, a, len(want)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if st := s.Stats(); st.Sent != 100 || st.Unsent != 0 {
		t.Errorf("got %+v, want 100 sent", st)
	}
}

func TestLongDatagramIsCutAndSaysSo(t *testing.T) {
	a := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	b := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	copy(b.Buffer(), bytes.Repeat([]byte("y"), batch.Room))
	b.Queue(batch.Room, a.Local())
	b.Flush()
	if got, _ := receive(t, a, 1); len(got) != 1 || len(got[0]) != batch.Room {
		t.Errorf("got %d of %d bytes", len(got[0]), batch.Room)
	}
	longer(t, a.Local())
	if got, _ := receive(t, a, 1); len(got) != 1 || got[0] != "zzz…" {
		t.Errorf("got %.20q, want one that is marked as cut", got)
	}
}

func TestClosedPortIsTold(t *testing.T) {
	gone := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	at := gone.Local()
	gone.Close()
	s := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0"), Remote: at})
	for range 10 {
		send(s, netip.AddrPort{}, "anybody?")
		if s.Refused() {
			return
		}
	}
	t.Error("ten datagrams to a closed port, and nothing was told")
}

func TestFullBufferIsCounted(t *testing.T) {
	a := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0"), Receive: 4096})
	b := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0"), Remote: a.Local()})
	const sent = 500
	for range sent {
		send(b, netip.AddrPort{}, strings.Repeat("x", 500))
	}
	got := 0
	for range sent { // until there is nothing left: each takes a batch
		n, err := a.Receive()
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
	if d := a.Stats().Dropped; int(d)+got != sent || d == 0 {
		t.Errorf("%d came and %d were dropped, of %d", got, d, sent)
	}
	send(b, netip.AddrPort{}, "one more: the count comes with it")
	if rest, _ := receive(t, a, 1); len(rest) != 1 {
		t.Fatal("the last one did not come")
	}
	if d := a.Stats().Dropped; int(d)+got != sent {
		t.Errorf("after one more: %d came and %d were dropped, of %d", got, d, sent)
	}
}

// Not every datagram that the kernel does not take found its buffer full.
func TestUnsentSaysWhy(t *testing.T) {
	s := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	s.Queue(copy(s.Buffer(), "to a broadcast address"), netip.MustParseAddrPort("255.255.255.255:9"))
	s.Flush()
	if st := s.Stats(); st.Unsent != 1 || st.Why == nil {
		t.Errorf("got %d unsent, because %v; want 1 and the kernel's reason", st.Unsent, st.Why)
	}
}

func TestWaitEndsInTime(t *testing.T) {
	s := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	for _, wake := range []bool{false, true} {
		until := s.Now() + 3*ms
		s.Wait(until, wake)
		if now := s.Now(); now < until {
			t.Errorf("woke %d ns before its time (wakes for input: %v)", until-now, wake)
		}
	}
	send(s, s.Local(), "myself")
	s.Wait(s.Now()+int64(time.Hour), true) // or the test does not end
}

func TestAddressInUse(t *testing.T) {
	a := open(t, batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")})
	if _, err := batch.Open(batch.Config{Local: a.Local()}, batch.NewClock()); err == nil || !strings.Contains(err.Error(), a.Local().String()) {
		t.Errorf("got %v, want one that names %s", err, a.Local())
	}
}

// Who is sent to beside the remote address is heard too, and the remote one and
// what was queued for it as before: a system may have calls go on elsewhere.
func TestSomebodyElseIsHeardOnceSentTo(t *testing.T) {
	for _, host := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(host, func(t *testing.T) {
			here := netip.MustParseAddrPort(host)
			remote, other := open(t, batch.Config{Local: here}), open(t, batch.Config{Local: here})
			s := open(t, batch.Config{Local: here, Remote: remote.Local()})
			at := s.Local()
			s.Queue(copy(s.Buffer(), "one"), netip.AddrPort{})
			send(s, other.Local(), "two")
			if got, from := receive(t, remote, 1); len(got) != 1 || got[0] != "one" || from[0] != at {
				t.Errorf("the remote one got %q from %v, want one from %s", got, from, at)
			}
			if got, from := receive(t, other, 1); len(got) != 1 || got[0] != "two" || from[0] != at {
				t.Errorf("the other got %q from %v, want two from %s", got, from, at)
			}
			send(other, at, "back")
			if got, from := receive(t, s, 1); len(got) != 1 || got[0] != "back" || from[0] != other.Local() {
				t.Errorf("got %q from %v, want back from %s", got, from, other.Local())
			}
			send(s, netip.AddrPort{}, "three")
			if got, _ := receive(t, remote, 1); len(got) != 1 || got[0] != "three" {
				t.Errorf("the remote one got %q, want three", got)
			}
			send(remote, at, "four")
			if got, _ := receive(t, s, 1); len(got) != 1 || got[0] != "four" {
				t.Errorf("got %q, want four", got)
			}
		})
	}
}
