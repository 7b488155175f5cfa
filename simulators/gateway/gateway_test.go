package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringproof/internal/memnet"
	"ringproof/internal/network"
	"ringproof/internal/script"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/gateway"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is a gateway and one who looks.
type room struct {
	net     network.Network
	journal *record.Journal
	ids     int
}

func (r *room) config(at, party string) ua.Config {
	id := func() string { r.ids++; return fmt.Sprint(r.ids) }
	addr := netip.MustParseAddrPort(at)
	return ua.Config{
		Network: r.net, Addr: addr, Party: party, User: party, Journal: r.journal, NewID: id, Token: id,
		Media: func() (ua.Media, error) {
			return media.Open(media.Config{Network: r.net, Addr: addr.Addr(), NameOf: func(media.Voice) string { return "" }, At: r.journal.At})
		},
		Video: func(string) (ua.Video, error) { return r.film(addr.Addr(), "") },
	}
}

func (r *room) film(at netip.Addr, camera string) (ua.Video, error) {
	return media.OpenVideo(media.VideoConfig{Network: r.net, Addr: at, Camera: camera, At: r.journal.At})
}

// see calls a number and gives the call and the camera that was seen.
func see(t *testing.T, number string) (record.Attempt, record.Stream) {
	t.Helper()
	var attempt record.Attempt
	var stream record.Stream
	synctest.Test(t, func(t *testing.T) {
		journal, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		r := &room{net: memnet.New(), journal: journal}
		d := gateway.NewDirectory(4)
		for _, n := range []string{"34020000001320000001", "34020000001320000002"} {
			if err := d.Add(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Offline("34020000001320000002"); err != nil {
			t.Fatal(err)
		}
		if err := d.Bind("7001", "34020000001320000001"); err != nil {
			t.Fatal(err)
		}
		g, err := gateway.New(gateway.Config{
			Config: r.config("192.0.2.1:5060", "gateway"), Directory: d,
			Film: func(camera string) (ua.Video, error) { return r.film(netip.MustParseAddr("192.0.2.1"), camera) },
		})
		if err != nil {
			t.Fatal(err)
		}
		a, err := ua.New(r.config("192.0.2.2:5060", "viewer"))
		if err != nil {
			t.Fatal(err)
		}
		a.Face(wire.Hop{Transport: wire.UDP, Addr: g.Addr()}, "192.0.2.1")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		call, err := a.Invite(ctx, "viewer", number)
		if err != nil {
			t.Fatal(err)
		}
		_ = call.Await(ctx, func(a record.Attempt) bool { return a.Outcome != record.Pending })
		if call.Fact().Outcome == record.Answered {
			if err := call.Video().(*media.Video).AwaitPictures(ctx, "34020000001320000001", 3); err != nil {
				t.Errorf("3 pictures: %v", err)
			}
		}
		attempt, stream = call.Fact(), call.Video().(*media.Video).Fact()
		a.Close(ctx)
		g.Close(ctx)
		streams := 0
		for _, s := range journal.Snapshot().Streams {
			if s.Video != nil {
				streams++
			}
		}
		if want := map[bool]int{true: 2}[attempt.Outcome == record.Answered]; streams != want {
			t.Errorf("%d streams of pictures in the record, want %d", streams, want)
		}
	})
	return attempt, stream
}

func TestGatewayShowsTheCameraOfTheNumber(t *testing.T) {
	for _, number := range []string{"34020000001320000001", "7001"} {
		a, s := see(t, number)
		if a.Final() != 200 || len(s.Video.Seen) != 1 || s.Video.Seen[0].Camera != "34020000001320000001" {
			t.Errorf("%s: got %+v, %+v", number, a, s.Video)
		}
	}
}

func TestGatewayRefusesWhatIsNotThere(t *testing.T) {
	for number, code := range map[string]int{"34020000001320000002": 480, "34020000001320000003": 404, "700": 404} {
		if a, s := see(t, number); a.Final() != code || s.Received != 0 {
			t.Errorf("%s: got %d, want %d", number, a.Final(), code)
		}
	}
}

// A gateway without a fixed address registers its account, and is called
// through it: its own table says which camera the number leads to.
func TestGatewayRegisters(t *testing.T) {
	s, err := script.Parse("register", []byte(`
-- recv REGISTER --
REGISTER sip:example.test SIP/2.0
Via: <via>
From: <from>
To: <sip:gateway@example.test>
Call-ID: <call>
CSeq: 1 REGISTER
Contact: <sip:gateway@<remote>>
-- send --
SIP/2.0 200 OK
Via: <via>
From: <from>
To: <sip:gateway@example.test>;tag=1
Call-ID: <call>
CSeq: 1 REGISTER
Contact: <sip:gateway@<remote>>;expires=300
Content-Length: 0

-- send --
INVITE sip:7001@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK1
Max-Forwards: 70
From: <sip:viewer@example.test>;tag=2
To: <sip:7001@example.test>
Call-ID: registered
CSeq: 1 INVITE
Contact: <sip:viewer@<local>>
Content-Type: application/sdp
Content-Length: <length>

v=0
o=- 1 1 IN IP4 <local-host>
s=-
c=IN IP4 <local-host>
t=0 0
m=video 5004 RTP/AVP 97
a=rtpmap:97 H264/90000
a=fmtp:97 profile-level-id=42e01f;packetization-mode=1
a=recvonly
-- recv 180 --
To: <sip:7001@example.test>;tag=<tag>
-- recv 200 --
m=video <any> RTP/AVP 97
a=sendonly
-- send --
ACK sip:7001@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK2
Max-Forwards: 70
From: <sip:viewer@example.test>;tag=2
To: <sip:7001@example.test>;tag=<tag>
Call-ID: registered
CSeq: 1 ACK
Content-Length: 0

-- send --
BYE sip:7001@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK3
Max-Forwards: 70
From: <sip:viewer@example.test>;tag=2
To: <sip:7001@example.test>;tag=<tag>
Call-ID: registered
CSeq: 2 BYE
Content-Length: 0

-- recv 200 --
CSeq: 2 BYE
`))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		journal, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		r := &room{net: memnet.New(), journal: journal}
		d := gateway.NewDirectory(1)
		if err := errors.Join(d.Add("34020000001320000001"), d.Bind("7001", "34020000001320000001")); err != nil {
			t.Fatal(err)
		}
		cfg := r.config("192.0.2.1:5060", "gateway")
		filmed := ""
		g, err := gateway.New(gateway.Config{Config: cfg, Directory: d, Film: func(camera string) (ua.Video, error) {
			filmed = camera
			return r.film(netip.MustParseAddr("192.0.2.1"), camera)
		}})
		if err != nil {
			t.Fatal(err)
		}
		sock, err := r.net.ListenPacket(netip.MustParseAddrPort("192.0.2.2:5060"))
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		g.Face(wire.Hop{Transport: wire.UDP, Addr: netip.MustParseAddrPort("192.0.2.2:5060")}, "example.test")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		played := make(chan error, 1)
		go func() { played <- script.NewPeer(sock, g.Addr()).Play(ctx, s) }()
		if f, err := g.Register(ctx, 5*time.Minute); err != nil || f.Code != 200 {
			t.Errorf("got %+v, %v", f, err)
		}
		if err := <-played; err != nil {
			t.Error(err)
		}
		g.Close(ctx)
		if filmed != "34020000001320000001" {
			t.Errorf("filmed %q, want the camera that the number is bound to", filmed)
		}
	})
}
