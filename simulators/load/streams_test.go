package load_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/outsider"
	"ringproof/simulators/load"
)

func pair(t *testing.T, transport, at string, n uint64) (*load.Crowd, load.Config) {
	t.Helper()
	c, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort(at), Transport: transport, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	cfg := config(c.At(), 500, n)
	cfg.Transport = transport
	cfg.From = netip.AddrPortFrom(c.At().Addr(), 0)
	return c, cfg
}

func TestLoadOverTCP(t *testing.T) {
	for _, engines := range []int{1, 3} {
		answer, cfg := pair(t, "tcp", "127.0.0.1:0", 600)
		cfg.Engines = engines
		cfg.Hold = load.Uniform(0, 200*time.Millisecond)
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		h := answer.Close()
		if r.Completed != 600 || r.Retransmitted != 0 || r.Stray != 0 || r.Broken != 0 || r.Connections.Opened != uint64(engines) || r.Connections.Lost != 0 {
			t.Errorf("%d engines: %d completed, %d sent again, %d stray, %d broken, %+v", engines, r.Completed, r.Retransmitted, r.Stray, r.Broken, r.Connections)
		}
		if h.Released != 600 || h.Open != 0 || h.Sent != 0 {
			t.Errorf("%d engines: the crowd: %+v", engines, h.Host)
		}
	}
}

func TestLoadOverIPv6(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		answer, cfg := pair(t, transport, "[::1]:0", 200)
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if h := answer.Close(); r.Completed != 200 || h.Released != 200 || r.Stray != 0 || h.Broken != 0 {
			t.Errorf("%s: %d completed, %d stray; the crowd: %+v", transport, r.Completed, r.Stray, h.Host)
		}
	}
}

// The crowd's BYE goes to the Contact, which is where the caller listens.
func TestCrowdHangsUpOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		answer, err := load.Answer(load.CrowdConfig{
			At: netip.MustParseAddrPort("127.0.0.1:5070"), Transport: "tcp", Network: n, Limit: 100,
			Manners: load.Manners{Hold: load.Fixed(2 * time.Second)},
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg := config(answer.At(), 10, 20)
		cfg.Transport, cfg.Network, cfg.Limit, cfg.Hold = "tcp", n, 100, load.Fixed(time.Hour)
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		emptied(t, answer)
		if h := answer.Close(); r.ByPeer != 20 || r.Completed != 20 || h.HungUp != 20 || h.Open != 0 {
			t.Errorf("%d released by the crowd, %d completed; the crowd: %+v", r.ByPeer, r.Completed, h.Host)
		}
	})
}

// stub answers what comes over its connections as it is told, until the test
// ends.
func stub(t *testing.T, n *memnet.Network, at netip.AddrPort, serve func(c net.Conn, nth int)) {
	t.Helper()
	l, err := n.Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for i := 1; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c, i)
		}
	}()
}

// request reads one without a body, or with one that is skipped.
func request(r *bufio.Reader) (lines []string, err error) {
	length := 0
	for {
		l, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		l = strings.TrimRight(l, "\r\n")
		if l == "" {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return lines, err
		}
		if _, err := fmt.Sscanf(l, "Content-Length: %d", &length); err != nil {
			lines = append(lines, l)
		}
	}
}

func ok(lines []string) string {
	var b bytes.Buffer
	b.WriteString("SIP/2.0 200 OK\r\n")
	for _, l := range lines[1:] {
		switch {
		case strings.HasPrefix(l, "To: ") && !strings.Contains(l, ";tag="):
			b.WriteString(l + ";tag=x\r\n")
		case !strings.HasPrefix(l, "Contact: "):
			b.WriteString(l + "\r\n")
		}
	}
	sdp := load.SDP(netip.MustParseAddrPort("127.0.0.1:9"))
	fmt.Fprintf(&b, "Contact: <sip:x@127.0.0.1:5070;transport=tcp>\r\nContent-Length: %d\r\n\r\n%s", len(sdp), sdp)
	return b.String()
}

func TestLostConnectionFailsItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		to := netip.MustParseAddrPort("127.0.0.1:5070")
		stub(t, n, to, func(c net.Conn, nth int) {
			defer c.Close()
			r := bufio.NewReader(c)
			for i := 1; ; i++ {
				lines, err := request(r)
				if err != nil {
					return
				}
				if !strings.Contains(strings.Join(lines, "\n"), "\nVia: SIP/2.0/TCP 127.0.0.1:") {
					t.Errorf("got %q", lines)
				}
				switch {
				case nth == 1 && i == 3:
					return // three INVITEs, and gone
				case nth == 1 || strings.HasPrefix(lines[0], "ACK"):
				default:
					text := ok(lines)
					if strings.HasPrefix(lines[0], "INVITE") { // two in one write, in two pieces
						text = strings.Replace(text, "200 OK", "180 Ringing", 1) + text
					}
					_, _ = c.Write([]byte(text[:7])) // one that is gone needs none
					<-time.After(time.Millisecond)   // the rest comes later
					_, _ = c.Write([]byte(text[7:]))
				}
			}
		})
		cfg := config(to, 10, 10)
		cfg.Transport, cfg.Network, cfg.Limit = "tcp", n, 100
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r.Disconnected != 3 || r.TimedOut != 0 || r.Completed != 7 || r.Ringing != 7 || r.Retransmitted != 0 {
			t.Errorf("%d lost with the connection, %d timed out, %d completed, %d rang, %d sent again", r.Disconnected, r.TimedOut, r.Completed, r.Ringing, r.Retransmitted)
		}
		if c := r.Connections; c.Opened != 2 || c.Lost != 1 || c.Why != "connection with 127.0.0.1:5070: closed by the other side" {
			t.Errorf("got %+v", c)
		}
		failed := uint32(0)
		for _, s := range r.Seconds {
			failed += s.Failed
		}
		if len(r.Invalid) != 0 || failed != 3 {
			t.Errorf("%d failed; put down to ourselves: %v", failed, r.Invalid)
		}
	})
}

func TestNobodyListensOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config(netip.MustParseAddrPort("127.0.0.1:5070"), 500, 20)
		cfg.Transport, cfg.Network, cfg.Limit = "tcp", memnet.New(), 100
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Closed || r.Disconnected != 20 || r.Answered != 0 || !strings.Contains(r.Connections.Why, "connection refused") {
			t.Errorf("closed %v, %d lost, %+v", r.Closed, r.Disconnected, r.Connections)
		}
	})
}

// One who reads nothing costs what waits for it, and then the connection.
func TestNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		to := netip.MustParseAddrPort("127.0.0.1:5070")
		gone := make(chan struct{})
		defer close(gone)
		stub(t, n, to, func(c net.Conn, _ int) { <-gone; c.Close() })
		cfg := config(to, 2000, 40_000)
		cfg.Transport, cfg.Network, cfg.Limit = "tcp", n, 40_000
		r, err := load.Call(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r.Answered != 0 || r.Disconnected == 0 || !strings.Contains(r.Connections.Why, "does not read") {
			t.Errorf("%d lost, %d timed out, %+v", r.Disconnected, r.TimedOut, r.Connections)
		}
	})
}

// sippAt gives the command of one of SIPp's built-in scenarios at a free port
// of an address, over the transport that its -t names.
func sippAt(ctx context.Context, t *testing.T, at netip.AddrPort, transport string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(ctx, outsider.Need(t, "sipp"), append([]string{
		"-nostdin", "-t", transport, "-i", host(at.Addr()), "-p", fmt.Sprint(at.Port()), "-timeout", "30s", "-timeout_error",
	}, args...)...)
	c.Dir = t.TempDir()
	return c
}

func TestTCPWithSIPp(t *testing.T)  { withSIPp(t, "127.0.0.1", "tcp", "t1") }
func TestIPv6WithSIPp(t *testing.T) { withSIPp(t, "::1", "udp", "u1") }

// withSIPp has SIPp answer ours and call ours.
func withSIPp(t *testing.T, addr, transport, theirs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Run("it answers", func(t *testing.T) {
		at := freeAt(t, addr)
		var out bytes.Buffer
		uas := sippAt(ctx, t, at, theirs, "-sn", "uas", "-m", "200")
		uas.Stdout, uas.Stderr = &out, &out
		if err := uas.Start(); err != nil {
			t.Fatal(err)
		}
		listening(ctx, t, at, transport)
		cfg := config(at, 200, 200)
		cfg.From, cfg.Transport = netip.AddrPortFrom(at.Addr(), 0), transport
		r, err := load.Call(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r.Completed != 200 || r.Ringing != 200 || r.Stray != 0 || r.Broken != 0 {
			t.Errorf("%d of 200 completed, %d stray, %d broken, %+v", r.Completed, r.Stray, r.Broken, r.Connections)
		}
		// Over TCP it takes amiss that the connection ends within the four
		// seconds for which it waits for nothing more.
		if err := uas.Wait(); err != nil && transport == "udp" {
			t.Errorf("SIPp: %v\n%s", err, out.String())
		}
	})
	t.Run("it calls", func(t *testing.T) {
		answer, err := load.Answer(load.CrowdConfig{At: netip.AddrPortFrom(netip.MustParseAddr(addr), 0), Transport: transport, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		uac := sippAt(ctx, t, freeAt(t, addr), theirs, "-sn", "uac", "-m", "200", "-r", "200", "-d", "100", answer.At().String())
		if out, err := uac.CombinedOutput(); err != nil {
			t.Errorf("SIPp: %v\n%s", err, out)
		}
		if h := answer.Close(); h.Answered != 200 || h.Acknowledged != 200 || h.Released != 200 || h.Open != 0 || h.Broken != 0 {
			t.Errorf("the crowd: %+v", h.Host)
		}
	})
}

// host writes an address as SIPp wants it.
func host(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// freeAt gives a port that is free for UDP.
func freeAt(t *testing.T, addr string) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(addr, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// listening waits until somebody listens at the address.
func listening(ctx context.Context, t *testing.T, at netip.AddrPort, transport string) {
	t.Helper()
	for {
		var c io.Closer
		var err error
		if transport == "tcp" {
			c, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
		} else {
			c, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		}
		if err != nil {
			return
		}
		c.Close()
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("nobody listens at %s", at)
		}
	}
}
