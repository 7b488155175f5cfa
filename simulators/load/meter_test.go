package load

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/batch"
)

// drip gives so many bytes at each read, which takes a while.
type drip struct {
	net.Conn
	bytes []int
}

func (d *drip) Read([]byte) (int, error) {
	time.Sleep(100 * time.Millisecond) //nolint:forbidigo // the clock is virtual: so long a read takes
	n := d.bytes[0]
	d.bytes = d.bytes[1:]
	return n, nil
}

// A reader that never catches up makes all that it reads late, and the system
// under test look slow.
func TestReaderThatIsBehindSpoilsARun(t *testing.T) {
	const all = 1000
	for name, x := range map[string]struct {
		bytes []int
		want  time.Duration
	}{
		"catches up":       {[]int{all, all, all, 10, all, all, all, 1}, 200 * time.Millisecond},
		"never catches up": {[]int{all, all, all, all, all, all, all, all}, 700 * time.Millisecond},
		"little to read":   {[]int{1, 1, 1, 1, 1, 1, 1, 1}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &streams{inbox: inbox{clock: batch.NewClock()}}
			m := &meter{Conn: &drip{bytes: x.bytes}, s: s}
			for range x.bytes {
				if _, err := m.Read(make([]byte, all)); err != nil {
					t.Fatal(err)
				}
			}
			c := connectionsOf(s)
			if c.Behind != x.want {
				t.Errorf("%s: behind for %s, want %s", name, c.Behind, x.want)
			}
			r := Result{Connections: c}
			if got := r.reasons(); (len(got) == 1) != (x.want > mayBeBehind) || len(got) == 1 && !strings.HasPrefix(got[0].What, "a connection of our callers had more to read than could be read here for 700ms") {
				t.Errorf("%s: %v", name, got)
			}
			h := Hosted{Connections: c}
			if got := h.Reasons(Hosted{}); (len(got) == 1) != (x.want > mayBeBehind) || len(h.Reasons(h)) != 0 {
				t.Errorf("%s: the crowd: %v", name, got)
			}
		})
	}
}
