package kamailiostock_test

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Whose media kamailio.cfg has relayed where WITH_RELAY is not given: who
// fails nat_uac_test("19"), which asks for a private Contact, and for a Via
// that names another address or port than the request came from.
func TestStockKamailioRelaysForWhoIsBehindANAT(t *testing.T) {
	product{off: []string{"WITH_RELAY"}}.start(t)
	west, east := listen(t, "127.0.0.82:5060"), listen(t, "127.0.0.83:5060")
	for i, r := range []struct{ name, via, contact, media string }{
		{"Via and Contact are its address", "127.0.0.82:5060", "127.0.0.82:5060", "127.0.0.82"},
		{"Via names another port", "127.0.0.82:5099", "127.0.0.82:5060", "127.0.0.81"},
		{"Via names another address", "192.0.2.1:5060", "127.0.0.82:5060", "127.0.0.81"},
		{"Contact is a private address", "127.0.0.82:5060", "192.168.1.2:5060", "127.0.0.81"},
	} {
		t.Run(r.name, func(t *testing.T) {
			id := fmt.Sprintf("call-%d", i)
			send(t, west, invite(id, r.via, r.contact))
			if got := mediaOf(t, east, id); got != r.media {
				t.Errorf("the called trunk is told to send its voice to %s, want %s", got, r.media)
			}
		})
	}
}

func listen(t *testing.T, addr string) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t *testing.T, c net.PacketConn, text string) {
	t.Helper()
	to, err := net.ResolveUDPAddr("udp", proxyAt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteTo([]byte(text), to); err != nil {
		t.Fatal(err)
	}
}

func invite(id, via, contact string) string {
	const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.82\r\ns=-\r\nc=IN IP4 127.0.0.82\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
	return "INVITE sip:8000@kamailio.example SIP/2.0\r\nVia: SIP/2.0/UDP " + via + ";branch=z9hG4bK" + id + "\r\n" +
		"Max-Forwards: 70\r\nFrom: <sip:6000@kamailio.example>;tag=1\r\nTo: <sip:8000@kamailio.example>\r\n" +
		"Call-ID: " + id + "\r\nCSeq: 1 INVITE\r\nContact: <sip:6000@" + contact + ">\r\n" +
		fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n", len(sdp)) + sdp
}

var connection = regexp.MustCompile(`\nc=IN IP4 (\S+)`)

// mediaOf gives the address in the description of a call that arrives.
func mediaOf(t *testing.T, c net.PacketConn, id string) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		n, _, err := c.ReadFrom(buf)
		if err != nil {
			t.Fatalf("%s has not arrived: %v", id, err)
		}
		text := string(buf[:n])
		if !strings.Contains(text, "Call-ID: "+id+"\r\n") {
			continue // a call from before, sent again
		}
		m := connection.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no address in\n%s", text)
		}
		return m[1]
	}
}
