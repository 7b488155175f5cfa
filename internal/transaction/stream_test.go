package transaction_test

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/network"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// stream makes the far end a TCP connection instead of the UDP socket: what
// comes there is noted the same way.
func (b *bench) stream(dial bool) net.Conn {
	b.t.Helper()
	if dial {
		c, err := b.net.Dial(b.t.Context(), netip.AddrPortFrom(theirs.Addr(), 0), ours)
		if err != nil {
			b.t.Fatal(err)
		}
		b.read(c)
		return c
	}
	l, err := b.net.Listen(theirs)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { l.Close() })
	go func() {
		if c, err := l.Accept(); err == nil {
			b.read(c)
		}
	}()
	return nil
}

// read notes the messages of a connection; none of them has a body.
func (b *bench) read(c net.Conn) {
	b.t.Cleanup(func() { c.Close() })
	go func() {
		r, msg := bufio.NewReader(c), ""
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if msg += line; line != "\r\n" {
				continue
			}
			b.note(&b.heard, kind(msg))
			b.mu.Lock()
			b.raw = append(b.raw, msg)
			b.mu.Unlock()
			msg = ""
		}
	}()
}

// RFC 3261 §17: over a reliable transport nothing is sent twice, timers D, I,
// J and K are zero, and the bounds B, F and H stay.
func TestOverAReliableTransport(t *testing.T) {
	overTCP := wire.Hop{Transport: wire.TCP, Addr: theirs}
	for _, method := range []sip.RequestMethod{sip.INVITE, sip.OPTIONS} {
		t.Run("an unanswered "+string(method)+" is sent once and given up after 32 s", func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				b.stream(false)
				b.request(method, overTCP)
				b.at(100 * time.Second)
				b.wantHeard("0s " + string(method))
				b.wantEvents("32s timeout 32s")
			})
		})
	}
	send := func(b *bench, c net.Conn, raw string) {
		if _, err := c.Write([]byte(strings.Replace(raw, "SIP/2.0/UDP", "SIP/2.0/TCP", 1))); err != nil {
			b.t.Fatal(err)
		}
		synctest.Wait()
	}
	t.Run("a refusal is sent once and still waits 32 s for its ACK", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			send(b, b.stream(true), incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(486)
			b.at(100 * time.Second)
			b.wantHeard("0s 486 INVITE")
			b.wantEvents("0s INVITE", "32s timeout 32s")
		})
	})
	t.Run("its transaction ends with the ACK", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.stream(true)
			send(b, c, incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(486)
			send(b, c, incoming("ACK", "z9hG4bKb"))
			send(b, c, incoming("ACK", "z9hG4bKb"))
			b.at(100 * time.Second)
			b.wantHeard("0s 486 INVITE")
			b.wantEvents("0s INVITE", "0s ACK") // the second ACK belongs to none
		})
	})
	t.Run("another request's ends with its final response", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.stream(true)
			for range 2 {
				send(b, c, incoming("OPTIONS", "z9hG4bKb"))
				_ = b.respond(200)
			}
			b.wantEvents("0s OPTIONS", "0s OPTIONS")
			b.wantHeard("0s 200 OPTIONS", "0s 200 OPTIONS")
		})
	})
	t.Run("a 2xx's lives until timer L all the same (RFC 6026 §7.1)", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.stream(true)
			send(b, c, incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(200)
			b.at(31 * time.Second)
			if err := b.respond(200); err != nil {
				t.Error(err)
			}
			b.at(33 * time.Second)
			if err := b.respond(200); err == nil {
				t.Error("sent after timer L")
			}
			b.wantHeard("0s 200 INVITE", "31s 200 INVITE")
		})
	})
	t.Run("nobody listening is an error at once", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			if _, err := b.layer.Request(outgoing(t, sip.OPTIONS), overTCP, b.inbox); !network.Refused(err) {
				t.Errorf("got %v, want connection refused", err)
			}
		})
	})
}

func TestTheKernelsTCPCarriesARequestAndItsResponse(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	inbox := transaction.NewInbox()
	open := func(route func(*wire.Message, *transaction.Server) *transaction.Inbox) *transaction.Layer {
		l, err := transaction.Listen(transaction.Config{
			Wire: wire.Config{
				Network: network.Kernel{}, Addr: netip.MustParseAddrPort("127.0.0.1:0"), Transports: []wire.Transport{wire.TCP},
			},
			Route: route, Branch: func() string { return "1" }, NewTag: func() string { return "t" },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		return l
	}
	server := open(func(_ *wire.Message, s *transaction.Server) *transaction.Inbox {
		if err := s.Respond(wire.NewResponse(s.Request(), 200, "OK", "t")); err != nil {
			t.Error(err)
		}
		return nil
	})
	client := open(nil)
	if _, err := client.Request(outgoing(t, sip.OPTIONS), wire.Hop{Transport: wire.TCP, Addr: server.Addr()}, inbox); err != nil {
		t.Fatal(err)
	}
	select {
	case <-inbox.Ready():
	case <-ctx.Done():
		t.Fatal("no response")
	}
	if e, _ := inbox.Take(); e.Err != nil || e.Message.Response.StatusCode != 200 {
		t.Errorf("got %+v, want 200", e)
	}
}
