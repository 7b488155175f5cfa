package script_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	here  = netip.MustParseAddrPort("192.0.2.1:5060")
	there = netip.MustParseAddrPort("192.0.2.2:5060")
)

// ends gives the socket of a peer and the one that it plays with.
func ends(t *testing.T, n network.Network, a, b netip.AddrPort) (peer, far net.PacketConn) {
	t.Helper()
	var conns [2]net.PacketConn
	for i, at := range []netip.AddrPort{a, b} {
		c, err := n.ListenPacket(at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		conns[i] = c
	}
	return conns[0], conns[1]
}

func parse(t *testing.T, text string) *script.Script {
	t.Helper()
	s, err := script.Parse("test.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBothSidesOfACallAreLiteral(t *testing.T) {
	caller, err := script.Load("testdata/caller.txtar")
	if err != nil {
		t.Fatal(err)
	}
	called, err := script.Load("testdata/called.txtar")
	if err != nil {
		t.Fatal(err)
	}
	loopback := netip.MustParseAddrPort("127.0.0.1:0")
	play := func(t *testing.T, n network.Network, at, bt netip.AddrPort) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		a, b := ends(t, n, at, bt)
		done := make(chan error, 1)
		go func() { done <- script.NewPeer(b, network.Addr(a)).Play(ctx, called) }()
		p := script.NewPeer(a, network.Addr(b))
		p.Set("number", "3000")
		if err := p.Play(ctx, caller); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := p.Value("totag"); got != "314159" {
			t.Errorf("captured %q, want 314159", got)
		}
	}
	t.Run("over the kernel's network", func(t *testing.T) { play(t, network.Kernel{}, loopback, loopback) })
	t.Run("in memory and virtual time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { play(t, memnet.New(), here, there) })
	})
}

func TestWhatIsSentIsLiteralButForLineEndsAndPlaceholders(t *testing.T) {
	rows := map[string]struct{ text, want string }{
		"a message without a body ends with an empty line": {
			"-- send --\nBYE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP <local>\nContent-Length: <length>\n",
			"BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060\r\nContent-Length: 0\r\n\r\n",
		},
		"the length is of the body with its line ends and values": {
			"-- send --\nINFO sip:<remote> SIP/2.0\nl: <length>\n\nv=0\nc=IN IP4 <local-host>\n\n",
			"INFO sip:192.0.2.2:5060 SIP/2.0\r\nl: 25\r\n\r\nv=0\r\nc=IN IP4 192.0.2.1\r\n",
		},
		"addresses in angle brackets are no placeholders": {
			"-- send --\nACK sip:a@b SIP/2.0\nFrom: <sip:a@b>;tag=<tag>\n",
			"ACK sip:a@b SIP/2.0\r\nFrom: <sip:a@b>;tag=9<x>\r\n\r\n",
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, far := ends(t, memnet.New(), here, there)
				p := script.NewPeer(conn, there)
				p.Set("tag", "9<x>")
				if err := p.Play(t.Context(), parse(t, row.text)); err != nil {
					t.Fatal(err)
				}
				buf := make([]byte, 1000)
				n, _, err := network.ReadFrom(far, buf)
				if err != nil || string(buf[:n]) != row.want {
					t.Errorf("got %q, %v\nwant %q", buf[:n], err, row.want)
				}
			})
		})
	}
}

const ok = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=1\r\nVia: SIP/2.0/UDP b;branch=2\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n"

func TestWhatComesIsHeldAgainstEachLine(t *testing.T) {
	again := strings.Replace(ok, "1 INVITE", "2 BYE", 1)
	rows := map[string]struct {
		text string
		come []string
		want string // of the error, in this order; empty for none
	}{
		"lines are found in any order":            {"-- recv 200 --\nv=0\nCSeq: 1 INVITE\n", []string{ok}, ""},
		"no lines want only the code":             {"-- recv 200 --\n", []string{ok}, ""},
		"the topmost of several lines is kept":    {"-- recv 200 --\nVia: <v>\n-- recv 200 --\nVia: <v>\nCSeq: 2 BYE\n", []string{ok, again}, ""},
		"a placeholder may be part of a line":     {"-- recv 200 --\nVia: SIP/2.0/UDP <h>;branch=<b>\nCSeq: <b> INVITE\n", []string{ok}, ""},
		"anything may stand for nothing":          {"-- recv 200 --\nVia: SIP/2.0/UDP a;branch=1<any>\n", []string{ok}, ""},
		"a value that was kept must come again":   {"-- recv 200 --\nCSeq: <c> INVITE\n-- recv 200 --\nCSeq: <c> BYE\n", []string{ok, again}, "test.txtar:4: recv 200: want a line like \"CSeq: <c> BYE\", got \n\tSIP/2.0 200 OK"},
		"a missing line is named":                 {"comment\n-- recv 200 --\nv=0\nTo: x\n", []string{ok}, "test.txtar:4: recv 200: want a line like \"To: x\""},
		"a line is like the whole of it":          {"-- recv 200 --\nCSeq: 1\n", []string{ok}, `want a line like "CSeq: 1"`},
		"a point stands for itself":               {"-- recv 200 --\nCSeq: 1.INVITE\n", []string{ok}, `want a line like "CSeq: 1.INVITE"`},
		"another code is an error":                {"-- recv 180 --\n", []string{ok}, "test.txtar:2: recv 180: want 180, got \n\tSIP/2.0 200 OK"},
		"a request is not taken for a response":   {"-- recv INVITE --\n", []string{ok}, "want INVITE"},
		"an exact repeat is passed over":          {"-- recv 200 --\nCSeq: 1 INVITE\n-- recv 200 --\nCSeq: 2 BYE\n", []string{ok, ok, again}, ""},
		"unless the step is about it":             {"-- recv 200 --\nCSeq: 1 INVITE\n-- recv 200 --\nCSeq: 1 INVITE\n-- recv 200 --\nCSeq: 2 BYE\n", []string{ok, ok, again}, ""},
		"something else in between is an error":   {"-- recv 200 --\nCSeq: 1 INVITE\n-- recv ACK --\n", []string{ok, again}, "test.txtar:4: recv ACK: want ACK, got \n\tSIP/2.0 200 OK"},
		"silence ends with the caller's bound":    {"-- recv 200 --\n-- recv BYE --\n", []string{ok}, "test.txtar:3: recv BYE: want a message, got none: context deadline exceeded"},
		"a value that nothing set cannot be sent": {"-- recv 200 --\n-- send --\nACK sip:a SIP/2.0\nX: <y>\n", []string{ok}, "test.txtar:4: send: want a value for <y>, got none so far"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, far := ends(t, memnet.New(), here, there)
				for _, m := range row.come {
					if _, err := network.WriteTo(far, []byte(m), here); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err := script.NewPeer(conn, there).Play(ctx, parse(t, row.text))
				if row.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if step := (*script.Error)(nil); !errors.As(err, &step) || !strings.Contains(err.Error(), row.want) {
					t.Errorf("got %v\nwant %s", err, row.want)
				}
			})
		})
	}
}

func TestAMessageFromElsewhereIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		conn, stranger := ends(t, n, here, netip.MustParseAddrPort("192.0.2.3:5060"))
		_, _ = network.WriteTo(stranger, []byte(ok), here)
		err := script.NewPeer(conn, there).Play(t.Context(), parse(t, "-- recv 200 --\n"))
		if want := "want a message from 192.0.2.2:5060, got one from 192.0.2.3:5060"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestAScriptThatCannotBePlayedIsRefused(t *testing.T) {
	rows := map[string]struct{ text, want string }{
		"without a section":      {"INVITE sip:a@b SIP/2.0\n", "test.txtar:1: script: want at least one section, got none"},
		"with an unknown one":    {"c\n-- send --\nx\n-- wait 5s --\n", `test.txtar:4: wait 5s: want a section send`},
		"waiting for nothing":    {"-- recv --\n", `got "recv"`},
		"waiting for no code":    {"-- recv 999 --\n", `got "recv 999"`},
		"with nothing to send":   {"-- send --\n\n", `got "send"`},
		"with a method too many": {"-- recv INVITE ACK --\n", `got "recv INVITE ACK"`},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			_, err := script.Parse("test.txtar", []byte(row.text))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
	if _, err := script.Load("testdata/missing.txtar"); err == nil {
		t.Error("a file that is not there was loaded")
	}
}
