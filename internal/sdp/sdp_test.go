package sdp_test

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/internal/sdp"
)

// text writes lines as SDP has them.
func text(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

// offer is a description of one audio stream and what a row adds to it.
func offer(session []string, media ...string) []byte {
	lines := append([]string{"v=0", "o=- 42 7 IN IP4 192.0.2.1", "s=-"}, session...)
	return text(append(append(lines, "t=0 0"), media...)...)
}

var (
	here = []string{"c=IN IP4 192.0.2.1"}
	pcmu = sdp.Codec{PT: 0, Name: "PCMU", Clock: 8000}
	pcma = sdp.Codec{PT: 8, Name: "PCMA", Clock: 8000}
	dtmf = sdp.Codec{PT: 101, Name: "TELEPHONE-EVENT", Clock: 8000, Fmtp: "0-15"}
)

func TestParse(t *testing.T) {
	at := netip.MustParseAddrPort
	for _, c := range []struct {
		name string
		in   []byte
		want []sdp.Media
	}{
		{"the session's address holds where a stream has none", offer(here, "m=audio 4000 RTP/AVP 0"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{"a stream's own address comes first", offer(here, "m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.9"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.9:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{"a stream's own address is enough", offer(nil, "m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.9"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.9:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{"an IPv6 address", offer([]string{"c=IN IP6 2001:db8::1"}, "m=audio 4000 RTP/AVP 0"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("[2001:db8::1]:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{"static payload types need no rtpmap, and keep their order", offer(here, "m=audio 4000 RTP/AVP 8 0 18"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Direction: sdp.SendRecv, Codecs: []sdp.Codec{pcma, pcmu, {PT: 18, Name: "G729", Clock: 8000}}},
		}},
		{"rtpmap names a dynamic one, fmtp says how", offer(here, "m=audio 4000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{dtmf}, Direction: sdp.SendRecv},
		}},
		{"rtpmap may rename a static one", offer(here, "m=audio 4000 RTP/AVP 18", "a=rtpmap:18 g729a/8000/1"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{{PT: 18, Name: "G729A", Clock: 8000}}, Direction: sdp.SendRecv},
		}},
		{"an rtpmap of 10 is none of 101", offer(here, "m=audio 4000 RTP/AVP 101", "a=rtpmap:10 L16/44100", "a=rtpmap:101 telephone-event/8000"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{{PT: 101, Name: "TELEPHONE-EVENT", Clock: 8000}}, Direction: sdp.SendRecv},
		}},
		{"a dynamic one that nothing names stays nameless", offer(here, "m=audio 4000 RTP/AVP 99"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{{PT: 99}}, Direction: sdp.SendRecv},
		}},
		{"ptime", offer(here, "m=audio 4000 RTP/AVP 0", "a=ptime:30"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv, PTime: 30 * time.Millisecond},
		}},
		{"a ptime that is no number of milliseconds is not said", offer(here, "m=audio 4000 RTP/AVP 0", "a=ptime:-30"), []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{
			"the session's direction holds for all, a stream's own comes first",
			offer(here, "a=sendonly", "m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0", "a=inactive"),
			[]sdp.Media{
				{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendOnly},
				{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4002"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.Inactive},
			},
		},
		{"port 0 is a refused stream", offer(here, "m=video 0 RTP/AVP 96", "m=audio 4000 RTP/AVP 0"), []sdp.Media{
			{Kind: "video", Proto: "RTP/AVP", Addr: at("192.0.2.1:0"), Codecs: []sdp.Codec{{PT: 96}}, Direction: sdp.SendRecv},
			{Kind: "audio", Proto: "RTP/AVP", Addr: at("192.0.2.1:4000"), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendRecv},
		}},
		{"what has no payload types has no codecs", offer(here, "m=application 4000 UDP/BFCP *"), []sdp.Media{
			{Kind: "application", Proto: "UDP/BFCP", Addr: at("192.0.2.1:4000"), Direction: sdp.SendRecv},
		}},
		{"no stream at all", offer(here), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := sdp.Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			want := &sdp.Session{ID: 42, Version: 7, Host: netip.MustParseAddr("192.0.2.1"), Media: c.want}
			if !reflect.DeepEqual(s, want) {
				t.Errorf("got  %+v\nwant %+v", s, want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"what is no SDP", []byte("INVITE"), "sdp: "},
		{"nothing", nil, "sdp: no o= line (RFC 8866 §5.2)"},
		{"what ends before it says whose it is", text("v=0"), "sdp: no o= line (RFC 8866 §5.2)"},
		{"a stream without any address", offer(nil, "m=audio 4000 RTP/AVP 0"), "sdp: m-line 1: no c= line for it (RFC 8866 §5.7)"},
		{"the second stream without an address", offer(nil, "m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.1", "m=video 4002 RTP/AVP 96"), "sdp: m-line 2: no c= line"},
		{"a name in place of an address", offer([]string{"c=IN IP4 media.example.test"}, "m=audio 4000 RTP/AVP 0"), `sdp: m-line 1: address "media.example.test" is no IP address`},
		{"a port that is none", offer(here, "m=audio 65536 RTP/AVP 0"), "sdp: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := sdp.Parse(c.in)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %+v, %v; want an error that starts %q", s, err, c.want)
			}
		})
	}
}

func TestAudioIsTheFirstThatIsNotRefused(t *testing.T) {
	s, err := sdp.Parse(offer(here, "m=video 4000 RTP/AVP 96", "m=audio 0 RTP/AVP 0", "m=audio 4004 RTP/AVP 8"))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Audio(); a != &s.Media[2] {
		t.Errorf("got %+v, want the third stream", a)
	}
	s.Media = s.Media[:2]
	if a := s.Audio(); a != nil {
		t.Errorf("got %+v, want none", a)
	}
}

func TestBytesReadsBackAsItself(t *testing.T) {
	four, six := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for name, s := range map[string]*sdp.Session{
		"audio": {ID: 1, Version: 2, Host: four, Media: []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: netip.AddrPortFrom(four, 4000), Codecs: []sdp.Codec{pcma, pcmu, dtmf}, Direction: sdp.SendRecv, PTime: 20 * time.Millisecond},
		}},
		"ipv6": {ID: 1, Version: 1, Host: six, Media: []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: netip.AddrPortFrom(six, 4000), Codecs: []sdp.Codec{pcmu}, Direction: sdp.RecvOnly},
		}},
		"elsewhere-refused-nameless": {ID: 1, Version: 1, Host: four, Media: []sdp.Media{
			{Kind: "audio", Proto: "RTP/AVP", Addr: netip.AddrPortFrom(six, 4000), Codecs: []sdp.Codec{pcmu}, Direction: sdp.SendOnly},
			{Kind: "video", Proto: "RTP/AVP", Addr: netip.AddrPortFrom(four, 0), Codecs: []sdp.Codec{{PT: 96, Name: "H264", Clock: 90000, Fmtp: "packetization-mode=1"}, {PT: 99}}, Direction: sdp.Inactive},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := s.Bytes()
			golden.Compare(t, "testdata/"+name+".sdp", string(b))
			got, err := sdp.Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, s) {
				t.Errorf("got  %+v\nwant %+v", got, s)
			}
		})
	}
}

// rich has all that a rewriting must leave alone, and what it must not.
var rich = text(
	"v=0", "o=alice 42 7 IN IP4 192.0.2.1", "s=A call", "i=information", "c=IN IP4 192.0.2.1", "b=AS:128", "t=0 0", "a=group:LS 1",
	"m=audio 4000 RTP/AVP 8 101", "i=voice", "b=AS:64", "a=rtpmap:8 PCMA/8000", "a=rtcp:4009 IN IP4 192.0.2.7", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
	"a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host", "a=candidate:1 2 UDP 1 192.0.2.1 4001 typ host", "a=mid:1", "a=ptime:20", "a=sendrecv",
	"m=video 0 RTP/AVP 96", "c=IN IP4 192.0.2.3", "a=rtpmap:96 H264/90000", "a=rtcp:5001",
	"m=audio 4010 RTP/AVP 0", "c=IN IP4 192.0.2.4", "a=sendonly",
)

func TestRewriteMovesAddressesAndKeepsTheRest(t *testing.T) {
	var asked []int
	out, err := sdp.Rewrite(rich, func(i int, m sdp.Media) netip.AddrPort {
		asked = append(asked, i)
		if want := []uint16{4000, 0, 4010}[i]; m.Addr.Port() != want {
			t.Errorf("asked for m-line %d at %s, want port %d", i, m.Addr, want)
		}
		return netip.AddrPortFrom(netip.MustParseAddr("198.51.100.1"), uint16(6000+10*i))
	})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(asked, []int{0, 2}) {
		t.Errorf("asked for m-lines %v, want 0 and 2: the other is refused", asked)
	}
	golden.Compare(t, "testdata/rewritten.sdp", string(out))
	if s := string(out); strings.Contains(s, "192.0.2.1") || strings.Contains(s, "192.0.2.4") || strings.Contains(s, "192.0.2.7") {
		t.Errorf("an address of before is still in it:\n%s", s)
	}
}

func TestRewriteToIPv6(t *testing.T) {
	out, err := sdp.Rewrite(offer(here, "m=audio 4000 RTP/AVP 0"), func(int, sdp.Media) netip.AddrPort {
		return netip.MustParseAddrPort("[2001:db8::7]:6000")
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/rewritten-ipv6.sdp", string(out))
}

func TestRewriteLeavesRefusedStreamsAlone(t *testing.T) {
	in := offer(here, "m=audio 0 RTP/AVP 0", "a=rtcp:4001")
	out, err := sdp.Rewrite(in, func(int, sdp.Media) netip.AddrPort {
		t.Error("asked where to move a refused stream")
		return netip.AddrPort{}
	})
	if err != nil || string(out) != string(in) {
		t.Errorf("got %v\n%s\nwant\n%s", err, out, in)
	}
}

func TestRewriteRefusesWhatParseRefuses(t *testing.T) {
	for _, in := range [][]byte{[]byte("x"), offer(nil, "m=audio 4000 RTP/AVP 0")} {
		if out, err := sdp.Rewrite(in, nil); err == nil {
			t.Errorf("got %q, want an error", out)
		}
	}
}

// What reads is rewritten to what reads, with the streams where they were
// sent and otherwise unchanged.
func FuzzRewrite(f *testing.F) {
	f.Add(rich)
	f.Add(offer(here, "m=audio 4000 RTP/AVP 0"))
	f.Add(offer([]string{"c=IN IP6 ::1", "a=recvonly"}, "m=audio 4000/2 RTP/SAVP 0 8 96", "a=rtpmap:96 opus/48000/2", "a=ptime:2.5", "m=video 0 RTP/AVP 31"))
	f.Add(text("v=0", "o=- 18446744073709551615 1 IN IP4 host", "s= ", "c=IN IP4 224.2.1.1/127", "t=1 2", "r=7d 1h 0 25h", "z=0 -1h", "k=clear:x", "m=audio 1 RTP/AVP 0", "k=prompt"))
	f.Fuzz(func(t *testing.T, in []byte) {
		before, err := sdp.Parse(in)
		if err != nil {
			return
		}
		to := netip.MustParseAddrPort("198.51.100.1:6000")
		out, err := sdp.Rewrite(in, func(int, sdp.Media) netip.AddrPort { return to })
		if err != nil {
			t.Fatalf("it reads but is not rewritten: %v", err)
		}
		after, err := sdp.Parse(out)
		if err != nil {
			t.Fatalf("rewritten to what does not read: %v\n%s", err, out)
		}
		for i := range before.Media {
			if m := &before.Media[i]; m.Addr.Port() != 0 {
				m.Addr, before.Host = to, to.Addr()
			} else { // the session's address may be its own, and nobody asks
				m.Addr, after.Media[i].Addr = netip.AddrPort{}, netip.AddrPort{}
			}
		}
		if !reflect.DeepEqual(after, before) {
			t.Errorf("got  %+v\nwant %+v", after, before)
		}
	})
}
