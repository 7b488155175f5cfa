package process

import (
	"io"
	"strings"
	"sync"
)

// tail passes on what is written and keeps the end of it, to say why a program
// has ended.
type tail struct {
	next io.Writer

	mu   sync.Mutex
	last []byte
}

// kept is how much of a program's output says why it has ended.
const kept = 2 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-kept):]
	return t.next.Write(b)
}

// String gives the last lines.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.last))
}
