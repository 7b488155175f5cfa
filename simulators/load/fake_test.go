package load

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ringproof/internal/batch"
)

// fake is a socket in memory, whose clock jumps ahead whenever its engine
// waits: tests of timers need no time, and nothing in them is by chance.
type fake struct {
	t    *testing.T
	now  int64
	in   []datagram // what is to arrive, in the order of time
	took []datagram // the batch of now
	buf  [batch.Room]byte
	// peer is told what the engine sends, and answers with deliver.
	peer func(f *fake, to netip.AddrPort, text string)
	sent []string // start lines, with their time
}

type datagram struct {
	at   int64
	from netip.AddrPort
	data []byte
	cut  bool
}

var (
	here1 = netip.MustParseAddrPort("127.0.0.1:5060")
	there = netip.MustParseAddrPort("127.0.0.1:5070")
)

// deliver has something arrive after a time.
func (f *fake) deliver(after time.Duration, text string) {
	d := datagram{f.now + int64(after), there, []byte(text), false}
	i := len(f.in)
	for i > 0 && f.in[i-1].at > d.at {
		i--
	}
	f.in = append(f.in[:i], append([]datagram{d}, f.in[i:]...)...)
}

func (f *fake) Now() int64            { return f.now }
func (f *fake) Local() netip.AddrPort { return here1 }
func (f *fake) Buffer() []byte        { return f.buf[:] }
func (f *fake) Flush()                {}
func (f *fake) Refused() bool         { return false }
func (f *fake) Stats() batch.Stats    { return batch.Stats{} }
func (f *fake) Close() error          { return nil }

func (f *fake) Receive() (int, error) {
	n := 0
	for n < len(f.in) && n < batch.Size && f.in[n].at <= f.now {
		n++
	}
	f.took, f.in = f.in[:n:n], f.in[n:]
	return n, nil
}

func (f *fake) Message(i int) batch.Message {
	return batch.Message{Data: f.took[i].data, At: f.took[i].at, Cut: f.took[i].cut}
}
func (f *fake) From(i int) netip.AddrPort { return f.took[i].from }

func (f *fake) Queue(n int, to netip.AddrPort) {
	text := string(f.buf[:n])
	line, _, _ := strings.Cut(text, "\r\n")
	f.sent = append(f.sent, time.Duration(f.now).Truncate(10*time.Millisecond).String()+" "+short(line))
	if f.peer != nil {
		f.peer(f, to, text)
	}
}

func (f *fake) Wait(until int64, wake bool) {
	if wake && len(f.in) > 0 {
		until = min(until, f.in[0].at)
	}
	f.now = max(f.now, until)
}

// short gives a method or a status.
func short(line string) string {
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		return rest[:3]
	}
	method, _, _ := strings.Cut(line, " ")
	return method
}

// respond makes a response to a request, with the tag and contact of a callee.
func respond(t *testing.T, request, status string, more ...string) string {
	t.Helper()
	var m message
	if err := scan([]byte(request), &m); err != nil {
		t.Fatalf("%v in what was sent:\n%s", err, request)
	}
	tag := "callee"
	if len(tagOf(m.to)) > 0 {
		tag = ""
	}
	rest := ""
	for _, l := range more {
		rest += l + "\r\n"
	}
	body := empty
	if m.method == invite && strings.HasPrefix(status, "2") {
		body = withBody(SDP(there))
	}
	return string(reply(nil, &m, status, tag, "Contact: <sip:callee@127.0.0.1:5070>\r\n", rest+body))
}

// answering gives a peer that answers each request as told: INVITE by what
// is listed, each after the time of a network, and BYE with a 200.
func answering(t *testing.T, network time.Duration, statuses ...string) func(*fake, netip.AddrPort, string) {
	return func(f *fake, _ netip.AddrPort, text string) {
		switch {
		case strings.HasPrefix(text, "INVITE"):
			for _, s := range statuses {
				f.deliver(network, respond(t, text, s))
			}
		case strings.HasPrefix(text, "BYE"):
			f.deliver(network, respond(t, text, "200 OK"))
		}
	}
}

// place runs a caller in memory until its calls have ended, for an hour of
// its clock at most.
func place(t *testing.T, plan Arrivals, hold time.Duration, peer func(*fake, netip.AddrPort, string), change ...func(*caller)) (*caller, *fake) {
	t.Helper()
	f := &fake{t: t, peer: peer}
	w := newWriter(here1, there.String(), One("1000"), One("2000"), SDP(netip.AddrPortFrom(here1.Addr(), 9)))
	c := newCaller(f, there, w, 100)
	c.plan, c.hold, c.of, c.rnd = plan, Fixed(hold), 1, rand.New(rand.NewPCG(1, 1))
	for _, x := range change {
		x(c)
	}
	c.start = f.now
	c.next, c.more = c.plan.Next()
	c.setGrid(c.plan.Rate(0))
	for c.step(context.Background()) {
		if f.now > int64(time.Hour) {
			t.Fatalf("the calls do not end: %d are open; sent %v", c.active(), f.sent)
		}
	}
	for i := range c.calls {
		if c.calls[i].state != free {
			t.Errorf("slot %d is left in state %d", i, c.calls[i].state)
		}
	}
	return c, f
}

func one() Arrivals { return Until(Constant(1), 1, 0) }

// inMilliseconds are the times of requests of one method.
func times(sent []string, method string) (out []string) {
	for _, s := range sent {
		at, m, _ := strings.Cut(s, " ")
		if m == method {
			out = append(out, at)
		}
	}
	return out
}

func lineOf(text, name string) string {
	for l := range strings.SplitSeq(text, "\r\n") {
		if strings.HasPrefix(l, name+": ") {
			return l
		}
	}
	return ""
}

func has(text, part string) bool { return bytes.Contains([]byte(text), []byte(part)) }

// counts gives what a caller has counted, and nothing that is 0.
func counts(c *caller) string {
	var b strings.Builder
	v := reflect.ValueOf(c.m)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Uint64 && f.Uint() != 0 {
			fmt.Fprintf(&b, "%s %d, ", v.Type().Field(i).Name, f.Uint())
		}
	}
	for code, n := range c.m.Codes {
		if n != 0 {
			fmt.Fprintf(&b, "%d: %d, ", code, n)
		}
	}
	return strings.TrimSuffix(b.String(), ", ")
}
