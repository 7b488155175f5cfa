package refswitch_test

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/refswitch"
)

// TestNothingIsLeftOfManyCalls has ten thousand calls go through the switch in
// virtual time, every third of them cancelled, refused, ignored or cut off,
// and looks for what they leave behind.
func TestNothingIsLeftOfManyCalls(t *testing.T) {
	calls := 10_000
	if underRace {
		calls = 2_000
		t.Logf("under the race detector: %d calls", calls)
	}
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		sw, err := refswitch.New(refswitch.Config{
			Listen: itself, Network: n,
			Trunks: []refswitch.Trunk{{Name: "west", Address: caller}, {Name: "east", Address: called}},
			Routes: []refswitch.Route{{Prefix: "8", Targets: []string{"east"}, Guard: time.Second}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer sw.Close()
		socket := func(at netip.AddrPort) net.PacketConn {
			c, err := n.ListenPacket(at)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		west, east := newCrowd(socket(caller), "w", calling), newCrowd(socket(called), "e", beingCalled)
		defer west.close()
		defer east.close()

		first := calls / 2 // tables have their size then, or nearly
		crowdCalls(west, 0, first)
		before := count(t, n, sw)
		crowdCalls(west, first, calls)
		after := count(t, n, sw)

		if after.goroutines > before.goroutines || after.sockets != 3 || after.dialogs != 0 || after.transactions != 0 {
			t.Errorf("left over: %+v, before: %+v; want 3 sockets and nothing of any call", after, before)
		}
		// A call that is left over holds hundreds of objects, so that one in a
		// thousand shows. Bytes alone would not do: the tables of a map stay as
		// large as they once were.
		if limit := before.objects + before.objects/20 + uint64(calls-first)/10; after.objects > limit {
			t.Errorf("%d objects in use after %d calls, want %d at most: 5 %% more than after %d, and few of any call", after.objects, calls, limit, first)
		}
		if grown := int64(after.heap) - int64(before.heap); grown > int64(calls-first)*1000 {
			t.Errorf("%d bytes more in use after %d calls than after %d", grown, calls, first)
		}
		// All but those that died: the caller is told of the end of each.
		dead := 0
		for i := range calls {
			if i%3 == 0 && isCancelled+course(i/3%int(courses-isCancelled)) == callerGone {
				dead++
			}
		}
		if got := int(west.ended.Load()); got != calls-dead {
			t.Errorf("%d calls ended for their callers, want %d", got, calls-dead)
		}
	})
}

// crowdCalls makes calls, fifty a second, and waits until every timer of theirs
// has run out.
func crowdCalls(west *crowd, from, to int) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := from; i < to; i++ {
		west.invite(i)
		<-tick.C
	}
	<-time.After(3 * time.Minute)
	synctest.Wait()
}

// left is what there is of a switch.
type left struct {
	goroutines, sockets, dialogs, transactions int
	heap, objects                              uint64
}

func count(t *testing.T, n *memnet.Network, sw *refswitch.Switch) (l left) {
	t.Helper()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.goroutines, l.sockets, l.heap = runtime.NumGoroutine(), n.Sockets(), m.HeapAlloc
	l.objects = m.HeapObjects
	l.dialogs, l.transactions = sw.Left()
	return l
}
