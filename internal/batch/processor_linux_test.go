package batch_test

import (
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"ringproof/internal/batch"
)

// A socket that waits keeps a processor of Go's, which it has brought: the
// others go on as before, also where there is only one, and it takes it away.
func TestSocketThatWaitsLeavesOthersTheirProcessors(t *testing.T) {
	was := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(was)
	clock := batch.NewClock()
	s, err := batch.Open(batch.Config{Local: netip.MustParseAddrPort("127.0.0.1:0")}, clock)
	if err != nil {
		t.Fatal(err)
	}
	if n := runtime.GOMAXPROCS(0); n != 2 {
		t.Errorf("there are %d processors, want one for the socket and one for the others", n)
	}
	var turns atomic.Int64
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for turns.Add(1) < 100 {
			runtime.Gosched()
		}
	}()
	for done := false; !done; { // bounded by the other's turns
		s.Wait(clock.Now()+int64(time.Millisecond), false)
		s.Wait(clock.Now()+int64(time.Millisecond), true)
		select {
		case <-stop:
			done = true
		default:
		}
	}
	for range 2 {
		_ = s.Close() // a second time it is closed already
	}
	if n := runtime.GOMAXPROCS(0); n != 1 {
		t.Errorf("there are %d processors when the socket is closed, want what there was", n)
	}
}
