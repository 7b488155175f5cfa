package load

import (
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/batch"
)

// inbox is what others have received for an engine.
type inbox struct {
	clock    batch.Clock
	took     []packet // the batch of now
	received uint64

	mu    sync.Mutex
	queue []packet
	news  chan struct{} // something is queued
}

type packet struct {
	from netip.AddrPort
	data []byte
	at   int64
	cut  bool
}

// put queues what has arrived, and takes it over.
func (b *inbox) put(p packet) {
	p.at = b.clock.Now()
	b.mu.Lock()
	b.queue = append(b.queue, p)
	b.mu.Unlock()
	b.wake()
}

func (b *inbox) wake() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// Now gives the time of the clock.
func (b *inbox) Now() int64 { return b.clock.Now() }

// Receive takes what has arrived, batch.Size messages at most, and does not
// wait.
func (b *inbox) Receive() (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.queue), batch.Size)
	b.took, b.queue = b.queue[:n:n], b.queue[n:]
	b.received += uint64(n)
	return n, nil
}

// Message gives a message of the last batch.
func (b *inbox) Message(i int) batch.Message {
	p := b.took[i]
	return batch.Message{Data: p.data, At: p.at, Cut: p.cut}
}

// From gives where a message of the last batch came from.
func (b *inbox) From(i int) netip.AddrPort { return b.took[i].from }

// Wait waits until a time of the clock or, where that is to wake, until
// something has arrived.
func (b *inbox) Wait(until int64, wake bool) {
	d := until - b.clock.Now()
	if d <= 0 {
		return
	}
	t := time.NewTimer(time.Duration(d))
	defer t.Stop()
	if !wake {
		<-t.C
		return
	}
	select {
	case <-b.news:
	case <-t.C:
	}
}
