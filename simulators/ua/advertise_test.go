package ua_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// A peer behind a one-to-one mapping names its outside address and nothing
// else; and what the other side sees of it is in the record.
func TestTheAdvertisedAddressStandsInViaContactAndSDP(t *testing.T) {
	for _, c := range []struct {
		name      string
		advertise netip.Addr
		told      string
		own, seen string // in the record
	}{
		{"advertised", netip.MustParseAddr("198.51.100.21"), "198.51.100.21", "", ""},
		{"not advertised", netip.Addr{}, ours.Addr().String(), ours.String(), "198.51.100.21:5060"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := memnet.New()
				journal, err := record.NewJournal("", record.Run{Started: time.Now()})
				if err != nil {
					t.Fatal(err)
				}
				id := func() string { return "1" }
				a, err := ua.New(ua.Config{
					Network: n, Addr: ours, Advertise: c.advertise, Party: "peer", User: "alice",
					Media: func() (ua.Media, error) { return &silence{}, nil }, Journal: journal, NewID: id, Token: id,
				})
				if err != nil {
					t.Fatal(err)
				}
				defer a.Close(t.Context())
				a.Face(wire.Hop{Transport: wire.UDP, Addr: theirs}, "biloxi.example.com")
				sock, err := n.ListenPacket(theirs)
				if err != nil {
					t.Fatal(err)
				}
				defer sock.Close()
				call, err := a.Invite(t.Context(), "alice", "bob")
				if err != nil {
					t.Fatal(err)
				}
				buf := make([]byte, 4096)
				k, _, err := sock.ReadFrom(buf)
				if err != nil {
					t.Fatal(err)
				}
				invite := string(buf[:k])
				for _, want := range []string{
					"Via: SIP/2.0/UDP " + c.told + ":5060;", "Contact: <sip:alice@" + c.told + ":5060>", "c=IN IP4 " + c.told + "\r\n",
				} {
					if !strings.Contains(invite, want) {
						t.Errorf("the INVITE has no %q:\n%s", want, invite)
					}
				}
				refuse(t, sock, invite)
				if err := call.Await(t.Context(), func(a record.Attempt) bool { return a.Outcome != record.Pending }); err != nil {
					t.Fatal(err)
				}
				if f := call.Fact(); text(f.Own) != c.own || text(f.Seen) != c.seen {
					t.Errorf("got %s seen at %s, want %q seen at %q", f.Own, f.Seen, c.own, c.seen)
				}
			})
		})
	}
}

// refuse answers 486, as somebody to whom the INVITE came from 198.51.100.21.
func refuse(t *testing.T, sock net.PacketConn, invite string) {
	t.Helper()
	head, _, _ := strings.Cut(invite, "\r\n\r\n")
	res := "SIP/2.0 486 Busy Here\r\n"
	for _, line := range strings.Split(head, "\r\n") {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Via":
			res += strings.Replace(line, ";rport", ";rport=5060;received=198.51.100.21", 1) + "\r\n"
		case "To":
			res += line + ";tag=theirs\r\n"
		case "From", "Call-ID", "CSeq":
			res += line + "\r\n"
		}
	}
	if _, err := sock.WriteTo([]byte(res+"Content-Length: 0\r\n\r\n"), net.UDPAddrFromAddrPort(ours)); err != nil {
		t.Fatal(err)
	}
}

// text is empty for no address.
func text(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
