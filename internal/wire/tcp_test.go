package wire_test

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/wire"
)

// stream opens a port in memory and a connection to it.
func stream(t *testing.T, n *memnet.Network) (*desk, net.Conn) {
	t.Helper()
	d := open(t, n, ours, wire.TCP)
	c, err := n.Dial(t.Context(), netip.AddrPortFrom(theirs.Addr(), 0), ours)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return d, c
}

// RFC 3261 §18.3, §7.5.
func TestAStreamIsCutByContentLength(t *testing.T) {
	body := with(t, invite, "Content-Length: 0\r\n\r\n", "Content-Length: 5\r\n\r\nhello")
	rows := []struct {
		name   string
		pieces []string
		want   []string
	}{
		{"two messages in one segment", []string{invite + ok}, []string{invite, ok}},
		{"with bodies", []string{body + body}, []string{body, body}},
		{"one in many pieces", strings.Split(body, ""), []string{body}},
		{"an end and a beginning in one segment", []string{body[:300], body[300:] + ok[:10], ok[10:]}, []string{body, ok}},
		{"line ends before the start line", []string{"\r\n\r\n\r\n" + invite + "\r\n\r\n" + ok}, []string{invite, ok}},
		{"a body that looks like a message", []string{with(t, body, "5\r\n\r\nhello", "14\r\n\r\nA B\r\nl: 99\r\n\r\n"), ok}, []string{with(t, body, "5\r\n\r\nhello", "14\r\n\r\nA B\r\nl: 99\r\n\r\n"), ok}},
		{"the compact form", []string{with(t, body, "Content-Length", "l") + ok}, []string{with(t, body, "Content-Length", "l"), ok}},
		{"any case and white space", []string{with(t, body, "Content-Length:", "CONTENT-length \t:  ") + ok}, []string{with(t, body, "Content-Length:", "CONTENT-length \t:  "), ok}},
		{"a folded Content-Length", []string{with(t, body, "Content-Length:", "Content-Length:\r\n ") + ok}, []string{with(t, body, "Content-Length:", "Content-Length:\r\n "), ok}},
		{"a continuation that looks like a Content-Length", []string{with(t, body, "Max", "Subject: x\r\n l: 9999\r\nMax") + ok}, []string{with(t, body, "Max", "Subject: x\r\n l: 9999\r\nMax"), ok}},
		{"no Content-Length, hence no body", []string{without(t, invite, "Content-Length") + ok}, []string{without(t, invite, "Content-Length"), ok}},
	}
	for _, n := range []int{4095, 4096, 4097, 8192, 100_000} { // around the reader's buffer
		long := with(t, body, "Max", "S: "+strings.Repeat("x", n-3)+"\r\nMax")
		rows = append(rows, struct {
			name         string
			pieces, want []string
		}{"a line of some thousand octets", []string{long + ok}, []string{long, ok}})
	}
	large := with(t, invite, "Content-Length: 0\r\n\r\n", "Content-Length: 1000000\r\n\r\n"+strings.Repeat("x", 1_000_000))
	rows = append(rows, struct {
		name         string
		pieces, want []string
	}{"a message larger than any datagram", []string{large + ok}, []string{large, ok}})
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, c := stream(t, memnet.New())
				for _, piece := range row.pieces {
					if _, err := c.Write([]byte(piece)); err != nil {
						t.Fatal(err)
					}
				}
				for i, want := range row.want {
					select {
					case m := <-d.received:
						if string(m.Bytes) != want {
							t.Errorf("message %d: got %d octets\n%.300s\nwant %d\n%.300s", i, len(m.Bytes), m.Bytes, len(want), want)
						}
					case err := <-d.malformed:
						t.Fatalf("message %d: %v", i, err)
					}
				}
			})
		})
	}
}

func TestAStreamThatCannotBeCutIsClosed(t *testing.T) {
	rows := map[string]string{
		"a Content-Length that is no number": with(t, invite, "Length: 0", "Length: ten"),
		"one below zero":                     with(t, invite, "Length: 0", "Length: -1"),
		"an empty one":                       with(t, invite, "Length: 0", "Length:"),
		"one above 1 MiB":                    with(t, invite, "Length: 0", "Length: 1048577"),
		"a header section above 1 MiB":       with(t, invite, "Max", strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 1100)+"Max"),
		"a line above 1 MiB":                 with(t, invite, "Max", "X: "+strings.Repeat("x", 1_100_000)+"\r\nMax"),
		"an end within the body":             "",
	}
	for name, raw := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, c := stream(t, memnet.New())
				if raw == "" {
					_, _ = c.Write([]byte(with(t, invite, "Length: 0", "Length: 10")))
					c.Close()
				} else {
					_, _ = c.Write([]byte(raw + ok))                       // it may be closed before all is written
					if n, err := c.Read(make([]byte, 10)); err != io.EOF { //nolint:errorlint // what a reader gets is io.EOF itself
						t.Errorf("got %d, %v, want the connection closed", n, err)
					}
				}
				synctest.Wait()
				if len(d.received) != 0 {
					t.Errorf("received %.100s", (<-d.received).Bytes)
				}
			})
		})
	}
}

func TestAMalformedMessageOnAStreamDoesNotEndIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c := stream(t, memnet.New())
		if _, err := c.Write([]byte(with(t, invite, "1 INVITE", "1 BYE") + ok)); err != nil {
			t.Fatal(err)
		}
		next(t, d.malformed)
		next(t, d.received)
	})
}

func TestAConnectionServesBothDirections(t *testing.T) {
	onEachNetwork(t, func(t *testing.T, n network.Network, addr netip.AddrPort) {
		a, b := open(t, n, addr, wire.TCP), open(t, n, addr, wire.TCP)
		if err := a.Connect(wire.Hop{Transport: wire.TCP, Addr: b.Addr()}); err != nil {
			t.Fatal(err)
		}
		if err := a.Send([]byte(invite), wire.Hop{Transport: wire.TCP, Addr: b.Addr()}); err != nil {
			t.Fatal(err)
		}
		m := next(t, b.received)
		if m.Local != b.Addr() || m.Remote == a.Addr() {
			t.Errorf("received at %s from %s", m.Local, m.Remote)
		}
		if err := b.Send([]byte(ok), wire.ReturnPath(m.Request, m.From())); err != nil {
			t.Fatal(err)
		}
		back := next(t, a.received)
		if back.Local != m.Remote || back.Remote != b.Addr() {
			t.Errorf("came back at %s from %s, want the same connection, %s", back.Local, back.Remote, m.Remote)
		}
	})
}

func TestAConnectionThatWasClosedIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		a, b := open(t, n, ours, wire.TCP), open(t, n, theirs, wire.TCP)
		for range 2 {
			if err := a.Send([]byte(ok), wire.Hop{Transport: wire.TCP, Addr: theirs}); err != nil {
				t.Fatal(err)
			}
			next(t, b.received)
			b.Close()
			synctest.Wait()
			b = open(t, n, theirs, wire.TCP)
		}
	})
}

func TestConnectionsDialledAtTheSameTimeBecomeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &crossing{Network: memnet.New()}
		a, b := open(t, n, ours, wire.TCP), open(t, n.Network, theirs, wire.TCP)
		n.both.Add(2)
		sent := make(chan error)
		for range 2 {
			go func() { sent <- a.Send([]byte(ok), wire.Hop{Transport: wire.TCP, Addr: theirs}) }()
		}
		for range 2 {
			if err := <-sent; err != nil {
				t.Error(err)
			}
		}
		if first, second := next(t, b.received), next(t, b.received); first.Remote != second.Remote {
			t.Errorf("two messages from %s and %s, want one connection", first.Remote, second.Remote)
		}
		a.Close() // and all of them end
	})
}

func TestAConnectionFromTheSameAddressReplacesTheOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		d := open(t, n, ours, wire.TCP)
		var conns [2]net.Conn
		for i := range conns {
			c, err := n.Dial(t.Context(), netip.MustParseAddrPort("192.0.2.2:40000"), ours)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			conns[i] = c
			synctest.Wait()
		}
		if err := d.Send([]byte(ok), wire.Hop{Transport: wire.TCP, Addr: netip.MustParseAddrPort("192.0.2.2:40000")}); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 2000)
		if k, err := conns[1].Read(buf); err != nil || string(buf[:k]) != ok {
			t.Errorf("the new one got %q, %v", buf[:k], err)
		}
		if _, err := conns[0].Read(buf); err == nil {
			t.Error("the old one is still open")
		}
	})
}
