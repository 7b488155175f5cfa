package ua_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/script"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// pictures is video that only remembers where it was told to send.
type pictures struct {
	silence
	camera bool
	hushed int
}

func (*pictures) Addr() netip.AddrPort { return netip.MustParseAddrPort("192.0.2.1:30002") }
func (p *pictures) Sends() bool        { return p.camera }
func (p *pictures) Hush()              { p.hushed++ }

// called calls an agent with an offer of these m-lines and gives the lines
// that must stand in its answer.
const called = `
-- send --
INVITE sip:bob@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK74bf9
Max-Forwards: 70
From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl
To: Bob <sip:bob@biloxi.example.com>
Call-ID: video@atlanta.example.com
CSeq: 1 INVITE
Contact: <sip:alice@<local>>
Content-Type: application/sdp
Content-Length: <length>

v=0
o=alice 1 1 IN IP4 <local-host>
s=-
c=IN IP4 <local-host>
t=0 0
%s
-- recv 180 --
CSeq: 1 INVITE
To: "Bob" <sip:bob@biloxi.example.com>;tag=<tag>
%s
`

const acknowledged = `-- send --
ACK sip:bob@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK74bd5
Max-Forwards: 70
From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl
To: Bob <sip:bob@biloxi.example.com>;tag=<tag>
Call-ID: video@atlanta.example.com
CSeq: 1 ACK
Content-Length: 0

-- send --
BYE sip:bob@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK74bf3
Max-Forwards: 70
From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl
To: Bob <sip:bob@biloxi.example.com>;tag=<tag>
Call-ID: video@atlanta.example.com
CSeq: 2 BYE
Content-Length: 0

-- recv 200 --
CSeq: 2 BYE
`

// converse plays a script against an agent with these pictures, or none.
func converse(t *testing.T, text string, v *pictures, do func(ctx context.Context, a *ua.Agent)) *silence {
	t.Helper()
	s, err := script.Parse("video", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	sound := &silence{}
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		journal, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		ids := 0
		id := func() string { ids++; return fmt.Sprint(ids) }
		a, err := ua.New(ua.Config{
			Network: n, Addr: ours, Party: "phone", User: "alice",
			Incoming: func(string) ua.Behaviour { return ua.Behaviour{} },
			Media:    func() (ua.Media, error) { return sound, nil },
			Video: func(string) (ua.Video, error) {
				if v == nil {
					return nil, nil
				}
				return v, nil
			},
			Journal: journal, NewID: id, Token: id,
		})
		if err != nil {
			t.Fatal(err)
		}
		a.Face(wire.Hop{Transport: wire.UDP, Addr: theirs}, "biloxi.example.com")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sock, err := n.ListenPacket(theirs)
		if err != nil {
			t.Fatal(err)
		}
		defer sock.Close()
		played := make(chan error, 1)
		go func() { played <- script.NewPeer(sock, a.Addr()).Play(ctx, s) }()
		if do != nil {
			do(ctx, a)
		}
		if err := <-played; err != nil {
			t.Error(err)
		}
		a.Close(ctx)
	})
	return sound
}

const (
	audio   = "m=audio 49170 RTP/AVP 8\n"
	h264    = "a=rtpmap:97 H264/90000\n"
	mode1   = h264 + "a=fmtp:97 profile-level-id=42E01F;packetization-mode=1\n"
	refused = "m=video 0 RTP/AVP 97"
)

func TestVideoThatIsOffered(t *testing.T) {
	camera, screen := &pictures{camera: true}, &pictures{}
	for _, c := range []struct {
		name   string
		media  *pictures
		offer  string
		answer string
		to     string // where the pictures are sent to
	}{
		{"to a camera, either way: it sends", camera, audio + "m=video 5004 RTP/AVP 97\n" + mode1, "m=audio <any> RTP/AVP 8\nm=video 30002 RTP/AVP 97\na=rtpmap:97 H264/90000\na=fmtp:97 profile-level-id=42e00d;packetization-mode=1\na=sendonly", "192.0.2.2:5004 H264/90000"},
		{"to a camera, by one who only looks: it sends", camera, audio + "m=video 5004 RTP/AVP 97\n" + mode1 + "a=recvonly\n", "m=video 30002 RTP/AVP 97\na=sendonly", "192.0.2.2:5004 H264/90000"},
		{"to a camera, by another camera: neither looks", camera, audio + "m=video 5004 RTP/AVP 97\n" + mode1 + "a=sendonly\n", "m=video 30002 RTP/AVP 97\na=inactive", "192.0.2.2:0 H264/90000"},
		{"to a camera, without sound", camera, "m=video 5004 RTP/AVP 97\n" + mode1, "m=video 30002 RTP/AVP 97", "192.0.2.2:5004 H264/90000"},
		{"before the sound: the order stays", camera, "m=video 5004 RTP/AVP 97\n" + mode1 + audio, "m=video 30002 RTP/AVP 97", "192.0.2.2:5004 H264/90000"},
		{"twice: the first is taken", camera, audio + "m=video 5004 RTP/AVP 97\n" + mode1 + "m=video 5006 RTP/AVP 97\n" + mode1, "m=video 30002 RTP/AVP 97\n" + refused, "192.0.2.2:5004 H264/90000"},
		{"to a screen: it looks", screen, audio + "m=video 5004 RTP/AVP 97\n" + mode1, "m=video 30002 RTP/AVP 97\na=fmtp:97 profile-level-id=42e033;packetization-mode=1\na=recvonly", "192.0.2.2:5004 H264/90000"},
		{"to a phone without a screen: refused", nil, audio + "m=video 5004 RTP/AVP 97\n" + mode1, "m=audio 30000 RTP/AVP 8\n" + refused, ""},
		{"in another packetization-mode: refused", camera, audio + "m=video 5004 RTP/AVP 97\n" + h264, refused, ""},
		{"in another profile: refused", camera, audio + "m=video 5004 RTP/AVP 97\n" + strings.Replace(mode1, "42E01F", "640028", 1), refused, ""},
		{"in another codec: refused", camera, audio + "m=video 5004 RTP/AVP 97\na=rtpmap:97 VP8/90000\n", refused, ""},
		{"with port 0: it stays refused", camera, audio + "m=video 0 RTP/AVP 97\n" + mode1, refused, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.media != nil {
				c.media.to, c.media.hushed = nil, 0
			}
			converse(t, fmt.Sprintf(called, c.offer, "-- recv 200 --\nCSeq: 1 INVITE\n"+c.answer)+acknowledged, c.media, nil)
			if c.media == nil {
				return
			}
			if got := strings.Join(c.media.to, ", "); got != c.to {
				t.Errorf("pictures to %q, want %q", got, c.to)
			}
			if c.media.hushed == 0 {
				t.Error("the pictures go on after the BYE")
			}
		})
	}
}

func TestOfferWithoutAnythingInCommonIsRefused(t *testing.T) {
	text := fmt.Sprintf(called, "m=video 5004 RTP/AVP 97\n"+h264, "-- recv 488 --\nCSeq: 1 INVITE") + `-- send --
ACK sip:bob@<remote> SIP/2.0
Via: SIP/2.0/UDP <local>;branch=z9hG4bK74bf9
Max-Forwards: 70
From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl
To: Bob <sip:bob@biloxi.example.com>;tag=<tag>
Call-ID: video@atlanta.example.com
CSeq: 1 ACK
Content-Length: 0
`
	converse(t, text, &pictures{camera: true}, nil)
}

const calling = `
-- recv INVITE --
Via: <via>
From: <from>
Call-ID: <call>
m=audio 30000 RTP/AVP 8 0
m=video 30002 RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=42e033;packetization-mode=1
a=recvonly
-- send --
SIP/2.0 200 OK
Via: <via>
From: <from>
To: <sip:bob@biloxi.example.com>;tag=8321234356
Call-ID: <call>
CSeq: 1 INVITE
Contact: <sip:bob@<local>>
Content-Type: application/sdp
Content-Length: <length>

v=0
o=bob 1 1 IN IP4 <local-host>
s=-
c=IN IP4 <local-host>
t=0 0
%s
-- recv ACK --
CSeq: 1 ACK
-- recv BYE --
Via: <bye-via>
CSeq: 2 BYE
-- send --
SIP/2.0 200 OK
Via: <bye-via>
From: <from>
To: <sip:bob@biloxi.example.com>;tag=8321234356
Call-ID: <call>
CSeq: 2 BYE
Content-Length: 0
`

func TestVideoThatIsAnswered(t *testing.T) {
	const told = "a=rtpmap:96 H264/90000\na=fmtp:96 profile-level-id=42e00d;packetization-mode=1\n"
	for _, c := range []struct {
		name, answer, sound, to string
		err                     bool
	}{
		{"by a camera with sound", audio + "m=video 5004 RTP/AVP 96\n" + told + "a=sendonly\n", "192.0.2.2:49170 PCMA/8000", "192.0.2.2:0 H264/90000", false},
		{"by a camera without", "m=audio 0 RTP/AVP 8\nm=video 5004 RTP/AVP 96\n" + told + "a=sendonly\n", "invalid AddrPort /0", "192.0.2.2:0 H264/90000", false},
		{"by a phone that refuses it", audio + "m=video 0 RTP/AVP 96\n", "192.0.2.2:49170 PCMA/8000", "", false},
		{"by nothing that we speak", "m=audio 0 RTP/AVP 8\nm=video 0 RTP/AVP 96\n", "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &pictures{}
			sound := converse(t, fmt.Sprintf(calling, c.answer), v, func(ctx context.Context, a *ua.Agent) {
				call, err := a.Invite(ctx, "alice", "bob")
				if err != nil {
					t.Fatal(err)
				}
				_ = call.Await(ctx, answered)
				synctest.Wait()
				if got := call.Fact().Error != ""; got != c.err {
					t.Errorf("error %q", call.Fact().Error)
				}
				_ = call.Hangup(ctx)
			})
			if got := strings.Join(sound.to, ", "); got != c.sound {
				t.Errorf("sound to %q, want %q", got, c.sound)
			}
			if got := strings.Join(v.to, ", "); got != c.to {
				t.Errorf("pictures to %q, want %q", got, c.to)
			}
		})
	}
}
