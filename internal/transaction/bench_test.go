package transaction_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ours   = netip.MustParseAddrPort("192.0.2.1:5060")
	theirs = netip.MustParseAddrPort("192.0.2.2:5060")
	far    = wire.Hop{Transport: wire.UDP, Addr: theirs}
)

// bench is a layer and, at the far end, a raw socket. What passes is noted as
// "TIME MESSAGE", a message being a method, or a code and the CSeq method.
type bench struct {
	t     *testing.T
	net   *memnet.Network
	layer *transaction.Layer
	sock  net.PacketConn
	inbox *transaction.Inbox
	start time.Time
	quit  chan struct{}

	mu     sync.Mutex
	heard  []string // by the far end
	raw    []string // the same, as it came
	events []string // from the inbox
	asked  []string // of Route
	strays []string
	server *transaction.Server // of the last request
	last   transaction.Event
}

// virtual runs a test in a bubble; a nil route takes every request.
func virtual(t *testing.T, timers transaction.Timers, route func(*bench, *transaction.Server) *transaction.Inbox, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, net: memnet.New(), inbox: transaction.NewInbox(), start: time.Now(), quit: make(chan struct{})}
		var err error
		if b.sock, err = b.net.ListenPacket(theirs); err != nil {
			t.Fatal(err)
		}
		b.open(timers, route)
		go b.listen()
		go b.take()
		t.Cleanup(func() {
			b.layer.Close()
			b.sock.Close()
			close(b.quit)
		})
		test(b)
	})
}

func (b *bench) open(timers transaction.Timers, route func(*bench, *transaction.Server) *transaction.Inbox) {
	b.t.Helper()
	branch := 0
	var err error
	b.layer, err = transaction.Listen(transaction.Config{
		Wire:   wire.Config{Network: b.net, Addr: ours, Transports: []wire.Transport{wire.UDP, wire.TCP}},
		Timers: timers,
		Route: func(m *wire.Message, s *transaction.Server) *transaction.Inbox {
			b.note(&b.asked, string(m.Request.Method))
			if s != nil && route != nil {
				return route(b, s)
			}
			return b.inbox
		},
		Stray: func(m *wire.Message) { b.note(&b.strays, kind(string(m.Bytes))) },
		Branch: func() string {
			branch++
			return strconv.Itoa(branch)
		},
		NewTag: func() string { return "ours" },
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) note(list *[]string, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*list = append(*list, time.Since(b.start).String()+" "+what)
}

// listen notes what comes to the far end.
func (b *bench) listen() {
	buf := make([]byte, 65535)
	for {
		n, _, err := network.ReadFrom(b.sock, buf)
		if err != nil {
			return
		}
		b.note(&b.heard, kind(string(buf[:n])))
		b.mu.Lock()
		b.raw = append(b.raw, string(buf[:n]))
		b.mu.Unlock()
	}
}

// take notes what comes to the inbox.
func (b *bench) take() {
	for {
		select {
		case <-b.inbox.Ready():
		case <-b.quit:
			return
		}
		for e, more := b.inbox.Take(); more; e, more = b.inbox.Take() {
			b.mu.Lock()
			b.last = e
			if e.Server != nil && e.Cancels == nil && e.Err == nil {
				b.server = e.Server
			}
			b.mu.Unlock()
			b.note(&b.events, describe(e))
		}
	}
}

func describe(e transaction.Event) string {
	if e.Err != nil {
		if timeout := (*transaction.TimeoutError)(nil); errors.As(e.Err, &timeout) {
			return "timeout " + timeout.After.String()
		}
		return e.Err.Error()
	}
	return kind(string(e.Message.Bytes))
}

// kind names a message.
func kind(raw string) string {
	words := strings.Fields(raw)
	if words[0] != "SIP/2.0" {
		return words[0]
	}
	return words[1] + " " + strings.Fields(header(raw, "CSeq"))[1]
}

// header gives the value of a message's first header field of that name.
func header(raw, name string) string {
	for line := range strings.SplitSeq(raw, "\r\n") {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return v
		}
	}
	return ""
}

// at waits until that long after the start, and for all to be quiet.
func (b *bench) at(d time.Duration) {
	<-time.After(time.Until(b.start.Add(d)))
	synctest.Wait()
}

// say sends from the far end.
func (b *bench) say(raw string) {
	b.t.Helper()
	if _, err := network.WriteTo(b.sock, []byte(raw), ours); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) respond(code int) error {
	b.mu.Lock()
	s := b.server
	b.mu.Unlock()
	err := s.Respond(wire.NewResponse(s.Request(), code, "Said", "user"))
	synctest.Wait()
	return err
}

// received gives the n-th message that the far end heard.
func (b *bench) received(n int) string {
	b.t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if n >= len(b.raw) {
		b.t.Fatalf("the far end heard %d messages, want %d at least", len(b.raw), n+1)
	}
	return b.raw[n]
}

// event gives the last event.
func (b *bench) event() transaction.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *bench) want(what string, list *[]string, want ...string) {
	b.t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(*list, want) {
		b.t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(*list, ", "), strings.Join(want, ", "))
	}
}

func (b *bench) wantHeard(want ...string)  { b.t.Helper(); b.want("heard", &b.heard, want...) }
func (b *bench) wantEvents(want ...string) { b.t.Helper(); b.want("events", &b.events, want...) }
func (b *bench) wantStrays(want ...string) { b.t.Helper(); b.want("strays", &b.strays, want...) }
func (b *bench) wantAsked(want ...string)  { b.t.Helper(); b.want("asked", &b.asked, want...) }

// list splits a row's "0s INVITE, 500ms INVITE".
func list(row string) []string {
	if row == "" {
		return nil
	}
	return strings.Split(row, ", ")
}

// act splits a row's "500ms INVITE" and waits for its time.
func (b *bench) act(step string) string {
	b.t.Helper()
	at, what, _ := strings.Cut(step, " ")
	d, err := time.ParseDuration(at)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at(d)
	return what
}

// request starts a client transaction.
func (b *bench) request(method sip.RequestMethod, to wire.Hop) *transaction.Client {
	b.t.Helper()
	c, err := b.layer.Request(outgoing(b.t, method), to, b.inbox)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func outgoing(t *testing.T, method sip.RequestMethod) *sip.Request {
	t.Helper()
	m, err := sip.ParseMessage([]byte(fmt.Sprintf("%[1]s sip:bob@192.0.2.2 SIP/2.0\r\nRoute: <sip:192.0.2.2;lr>\r\nMax-Forwards: 70\r\n"+
		"From: Alice <sip:alice@192.0.2.1>;tag=a\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: c@192.0.2.1\r\nCSeq: 7 %[1]s\r\nContent-Length: 0\r\n\r\n", method)))
	if err != nil {
		t.Fatal(err)
	}
	return m.(*sip.Request)
}

// reply answers a request literally, by its own lines.
func reply(req string, code int) string {
	out := fmt.Sprintf("SIP/2.0 %d Said\r\n", code)
	for line := range strings.SplitSeq(req, "\r\n") {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Via", "From", "Call-ID", "CSeq":
			out += line + "\r\n"
		case "To":
			if !strings.Contains(line, ";tag=") && code > 100 {
				line += ";tag=theirs"
			}
			out += line + "\r\n"
		}
	}
	return out + "Content-Length: 0\r\n\r\n"
}

// incoming writes a request of the far end.
func incoming(method, branch string) string {
	return fmt.Sprintf("%[1]s sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=%[2]s\r\nMax-Forwards: 70\r\n"+
		"From: <sip:bob@192.0.2.2>;tag=b\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: d@192.0.2.2\r\nCSeq: 3 %[1]s\r\nContent-Length: 0\r\n\r\n", method, branch)
}
