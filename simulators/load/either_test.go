package load_test

import (
	"bufio"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/simulators/load"
)

// Who answers over either transport answers calls of both at once, and tells of
// them together; voices are of one pool.
func TestACrowdAnswersOverEitherTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		answer, err := load.Answer(load.CrowdConfig{
			At: netip.MustParseAddrPort("127.0.0.1:5070"), Transport: load.Either, Network: n, Limit: 100, Voices: 200,
			Own: load.AnyOf(load.Range("", 2000, 90, 4), 90),
		})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan *load.Result, 2)
		for i, over := range []string{"udp", "tcp"} {
			cfg := config(answer.At(), 100, 100)
			cfg.From = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(5060+i))
			cfg.Transport, cfg.Network, cfg.Limit, cfg.Hold, cfg.Media.Share = over, n, 100, load.Fixed(3*time.Second), 1
			go func() {
				r, err := load.Call(t.Context(), cfg)
				if err != nil {
					t.Error(err)
				}
				done <- r
			}()
		}
		<-time.After(2 * time.Second)
		if h := answer.Seen(); h.Open < 180 || h.Answered != 180 || h.Most < 180 || h.Lines.Lines != 180 {
			t.Errorf("in mid-load %d are open, %d answered, %d voices, want the 90 of each", h.Open, h.Answered, h.Lines.Lines)
		}
		for range 2 {
			if r := (<-done).Report(); r.Completed != 90 || r.Codes[404] != 10 || r.Voices.Good != 90 || !r.Valid {
				t.Errorf("%d completed, %v, voices %+v, %v", r.Completed, r.Codes, r.Voices, r.Invalid)
			}
		}
		if err := answer.Emptied(t.Context()); err != nil {
			t.Error(err)
		}
		h := answer.Close()
		if h.Invited != 200 || h.Acknowledged != 180 || h.Released != 180 || h.Misdialled != 20 || h.Open != 0 || h.Connections.Lost != 0 || h.Lines.Sent == 0 {
			t.Errorf("the crowd: %+v, %+v", h.Host, h.Connections)
		}
		if again := answer.Seen(); again.Invited != 200 {
			t.Errorf("once closed it has seen %d", again.Invited)
		}
	})
}

func TestACrowdOverEitherTransportNeedsBoth(t *testing.T) {
	n := memnet.New()
	at := netip.MustParseAddrPort("127.0.0.1:5070")
	cfg := load.CrowdConfig{At: at, Transport: load.Either, Network: n, Limit: 1}
	l, err := n.Listen(at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Answer(cfg); err == nil {
		t.Error("somebody else has its TCP port")
	}
	l.Close()
	c, err := load.Answer(cfg)
	if err != nil {
		t.Fatal(err) // its UDP port was not given back
	}
	c.Close()
}

// A system may send what it asks within a call, and whether the caller is there,
// over the transport that the caller does not use.
func TestCallersAnswerOverTheOtherTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		to, from := netip.MustParseAddrPort("127.0.0.1:5070"), netip.MustParseAddrPort("127.0.0.1:5060")
		datagrams, err := n.ListenPacket(to)
		if err != nil {
			t.Fatal(err)
		}
		defer datagrams.Close()
		asked := func(lines []string, method string) bool {
			text := method + " sip:127.0.0.1:5060;transport=tcp SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK" + method + "\r\n"
			for _, l := range lines {
				switch name, rest, _ := strings.Cut(l, ": "); name {
				case "From":
					text += "To: " + rest + "\r\n"
				case "To":
					text += "From: " + rest + "\r\n"
				case "Call-ID":
					text += l + "\r\n"
				}
			}
			text += "CSeq: 1 " + method + "\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
			if _, err := datagrams.WriteTo([]byte(text), net.UDPAddrFromAddrPort(from)); err != nil {
				return false
			}
			buf := make([]byte, 1500)
			if err := datagrams.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
				return false
			}
			k, at, err := datagrams.ReadFrom(buf)
			return err == nil && network.AddrPort(at) == from && strings.HasPrefix(string(buf[:k]), "SIP/2.0 200")
		}
		stub(t, n, to, func(c net.Conn, _ int) {
			defer c.Close()
			r := bufio.NewReader(c)
			for good := true; ; {
				lines, err := request(r)
				if err != nil {
					return
				}
				text := ok(lines)
				switch method, _, _ := strings.Cut(lines[0], " "); method {
				case "ACK":
					good = asked(lines, "INVITE") && asked(lines, "OPTIONS")
					continue
				case "BYE":
					if !good {
						text = strings.Replace(text, "200 OK", "481 Call/Transaction Does Not Exist", 1)
					}
				}
				_, _ = c.Write([]byte(text))
			}
		})
		for _, x := range []struct {
			both  bool
			calls uint64 // completed
		}{{true, 5}, {false, 0}} {
			cfg := config(to, 10, 5)
			cfg.From, cfg.Transport, cfg.Both, cfg.Network, cfg.Limit = from, "tcp", x.both, n, 100
			cfg.Hold = load.Fixed(5 * time.Second)
			r, err := load.Call(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if r.Answered != 5 || r.Completed != x.calls || r.Stray != 0 {
				t.Errorf("both %v: %d completed, %d BYEs refused, %d stray; want %d", x.both, r.Completed, r.ByeRefused, r.Stray, x.calls)
			}
		}
	})
}
