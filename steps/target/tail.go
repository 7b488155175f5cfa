package target

import (
	"io"
	"strings"
	"sync"
)

// Tail passes on what is written and keeps the end of it, to say why a program
// has ended.
type Tail struct {
	Next io.Writer

	mu   sync.Mutex
	last []byte
}

// kept is how much of a program's output says why it has ended.
const kept = 2 << 10

// Write passes on what a program says.
func (t *Tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-kept):]
	return t.Next.Write(b)
}

// String gives the last lines.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.last))
}
