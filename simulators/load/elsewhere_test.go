package load_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ringproof/simulators/load"
)

// A call goes on where the Contact of its answer says (RFC 3261 §12.2.1.1),
// and what comes from there is heard: behind many systems that is another
// address than the one that was called.
func TestACallGoesOnAtAnotherAddress(t *testing.T) {
	called, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer called.Close()
	elsewhere, err := net.ListenPacket("udp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	for _, c := range []net.PacketConn{called, elsewhere} {
		go respond(c, elsewhere.LocalAddr().String())
	}
	cfg := config(netip.MustParseAddrPort(called.LocalAddr().String()), 100, 20)
	cfg.Hold = load.Fixed(50 * time.Millisecond)
	r, err := load.Call(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if report := r.Report(); report.Completed != 20 || report.ByeTimedOut != 0 {
		t.Errorf("%d of 20 calls were completed, the BYE of %d was left unanswered", report.Completed, report.ByeTimedOut)
	}
}

// respond answers requests with 200 and a Contact.
func respond(c net.PacketConn, contact string) {
	b := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		if strings.HasPrefix(string(b[:n]), "ACK ") {
			continue
		}
		res := "SIP/2.0 200 OK\r\n"
		for line := range strings.SplitSeq(string(b[:n]), "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			switch name {
			case "To":
				res += line
				if !strings.Contains(line, ";tag=") {
					res += ";tag=there"
				}
				res += "\r\n"
			case "Via", "From", "Call-ID", "CSeq":
				res += line + "\r\n"
			}
		}
		_, _ = c.WriteTo([]byte(res+"Contact: <sip:there@"+contact+">\r\n\r\n"+load.SDP(netip.MustParseAddrPort("127.0.0.1:9"))), from)
	}
}
