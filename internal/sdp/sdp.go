// Package sdp reads and writes session descriptions (RFC 8866) as far as
// Ringproof uses them. [Parse] and [Session.Bytes] convert; [Rewrite] changes
// addresses and leaves the rest as it stood. Syntax only: who offers and
// answers what (RFC 3264) is each side's own.
package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/pion/sdp/v3"
)

// ContentType is the media type of a description.
const ContentType = "application/sdp"

// Direction is a stream's direction as the describing side sees it.
type Direction string

// The directions of RFC 8866 §6.7.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Codec is one payload format of an m-line.
type Codec struct {
	PT    uint8
	Name  string // as in rtpmap, upper case
	Clock int    // Hz
	Fmtp  string
}

func (c Codec) String() string { return fmt.Sprintf("%s/%d", c.Name, c.Clock) }

// Media is one m-line. Port 0 means refused or ended (RFC 3264 §6).
type Media struct {
	Kind      string // audio, video
	Proto     string // RTP/AVP
	Addr      netip.AddrPort
	Codecs    []Codec // in order of preference
	Direction Direction
	PTime     time.Duration // 0 where not said
}

// Session is a description.
type Session struct {
	ID, Version uint64 // of the o= line
	Host        netip.Addr
	Media       []Media
}

// Audio gives the first audio stream that is not refused, or nil.
func (s *Session) Audio() *Media {
	for i := range s.Media {
		if m := &s.Media[i]; m.Kind == "audio" && m.Addr.Port() != 0 {
			return m
		}
	}
	return nil
}

// static are the payload types that need no rtpmap (RFC 3551 §6).
var static = map[uint8]Codec{
	0: {PT: 0, Name: "PCMU", Clock: 8000}, 3: {PT: 3, Name: "GSM", Clock: 8000},
	8: {PT: 8, Name: "PCMA", Clock: 8000}, 9: {PT: 9, Name: "G722", Clock: 8000},
	18: {PT: 18, Name: "G729", Clock: 8000}, 13: {PT: 13, Name: "CN", Clock: 8000},
}

// Parse reads a description.
func Parse(b []byte) (*Session, error) {
	d, err := unmarshal(b)
	if err != nil {
		return nil, err
	}
	s := &Session{ID: d.Origin.SessionID, Version: d.Origin.SessionVersion}
	s.Host, _ = netip.ParseAddr(d.Origin.UnicastAddress)
	for i, m := range d.MediaDescriptions {
		media, err := parseMedia(d, m)
		if err != nil {
			return nil, fmt.Errorf("sdp: m-line %d: %w", i+1, err)
		}
		s.Media = append(s.Media, media)
	}
	return s, nil
}

// maxPTime bounds the packet time that is believed, in milliseconds.
const maxPTime = 1000

// unmarshal reads the syntax. pion takes what ends early for whole.
func unmarshal(b []byte) (*sdp.SessionDescription, error) {
	d := &sdp.SessionDescription{}
	if err := d.Unmarshal(b); err != nil {
		return nil, fmt.Errorf("sdp: %w", err)
	}
	if d.Origin.UnicastAddress == "" {
		return nil, fmt.Errorf("sdp: no o= line (RFC 8866 §5.2)")
	}
	return d, nil
}

func parseMedia(d *sdp.SessionDescription, m *sdp.MediaDescription) (Media, error) {
	media := Media{
		Kind: m.MediaName.Media, Proto: strings.Join(m.MediaName.Protos, "/"),
		Direction: direction(m.Attributes, direction(d.Attributes, SendRecv)),
	}
	c := m.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return media, fmt.Errorf("no c= line for it (RFC 8866 §5.7)")
	}
	addr, err := netip.ParseAddr(c.Address.Address)
	if err != nil {
		return media, fmt.Errorf("address %q is no IP address", c.Address.Address)
	}
	media.Addr = netip.AddrPortFrom(addr, uint16(m.MediaName.Port.Value))
	for _, f := range m.MediaName.Formats {
		if pt, err := strconv.ParseUint(f, 10, 7); err == nil {
			media.Codecs = append(media.Codecs, codec(m, uint8(pt)))
		}
	}
	if p, ok := m.Attribute("ptime"); ok {
		if ms, err := strconv.Atoi(strings.TrimSpace(p)); err == nil && ms > 0 && ms <= maxPTime {
			media.PTime = time.Duration(ms) * time.Millisecond
		}
	}
	return media, nil
}

func direction(attrs []sdp.Attribute, otherwise Direction) Direction {
	for _, a := range attrs {
		switch d := Direction(a.Key); d {
		case SendRecv, SendOnly, RecvOnly, Inactive:
			return d
		}
	}
	return otherwise
}

func codec(m *sdp.MediaDescription, pt uint8) Codec {
	c, known := static[pt]
	if !known {
		c = Codec{PT: pt}
	}
	prefix := strconv.Itoa(int(pt)) + " "
	for _, a := range m.Attributes {
		rest, ok := strings.CutPrefix(a.Value, prefix)
		switch {
		case !ok:
		case a.Key == "rtpmap":
			parts := strings.Split(rest, "/")
			c.Name = strings.ToUpper(parts[0])
			if len(parts) > 1 {
				c.Clock, _ = strconv.Atoi(parts[1])
			}
		case a.Key == "fmtp":
			c.Fmtp = rest
		}
	}
	return c
}

// Bytes writes the description.
func (s *Session) Bytes() []byte {
	var b strings.Builder
	family := "IP4"
	if s.Host.Is6() {
		family = "IP6"
	}
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		s.ID, s.Version, family, s.Host, family, s.Host)
	for _, m := range s.Media {
		writeMedia(&b, s.Host, m)
	}
	return []byte(b.String())
}

func writeMedia(b *strings.Builder, host netip.Addr, m Media) {
	fmt.Fprintf(b, "m=%s %d %s", m.Kind, m.Addr.Port(), m.Proto)
	for _, c := range m.Codecs {
		fmt.Fprintf(b, " %d", c.PT)
	}
	b.WriteString("\r\n")
	if m.Addr.Addr() != host && m.Addr.Addr().IsValid() {
		family := "IP4"
		if m.Addr.Addr().Is6() {
			family = "IP6"
		}
		fmt.Fprintf(b, "c=IN %s %s\r\n", family, m.Addr.Addr())
	}
	for _, c := range m.Codecs {
		if c.Name != "" {
			fmt.Fprintf(b, "a=rtpmap:%d %s\r\n", c.PT, c)
		}
		if c.Fmtp != "" {
			fmt.Fprintf(b, "a=fmtp:%d %s\r\n", c.PT, c.Fmtp)
		}
	}
	if m.PTime > 0 {
		fmt.Fprintf(b, "a=ptime:%d\r\n", m.PTime.Milliseconds())
	}
	fmt.Fprintf(b, "a=%s\r\n", m.Direction)
}

// Rewrite gives the description with other addresses: move is asked for each
// m-line that is not refused. Attributes that name an address of their own
// (rtcp, candidate) are dropped; everything else stays as it was.
func Rewrite(b []byte, move func(i int, m Media) netip.AddrPort) ([]byte, error) {
	d, err := unmarshal(b)
	if err != nil {
		return nil, err
	}
	before, err := Parse(b)
	if err != nil {
		return nil, err
	}
	for i, m := range d.MediaDescriptions {
		if m.MediaName.Port.Value == 0 {
			continue
		}
		to := move(i, before.Media[i])
		m.MediaName.Port.Value = int(to.Port())
		m.ConnectionInformation = connection(to.Addr())
		m.Attributes = withoutAddresses(m.Attributes)
		d.ConnectionInformation = connection(to.Addr())
		d.Origin.UnicastAddress = to.Addr().String()
		d.Origin.AddressType = d.ConnectionInformation.AddressType
	}
	out, err := d.Marshal()
	if err != nil {
		return nil, fmt.Errorf("sdp: %w", err)
	}
	return out, nil
}

func connection(a netip.Addr) *sdp.ConnectionInformation {
	family := "IP4"
	if a.Is6() {
		family = "IP6"
	}
	return &sdp.ConnectionInformation{NetworkType: "IN", AddressType: family, Address: &sdp.Address{Address: a.String()}}
}

func withoutAddresses(attrs []sdp.Attribute) []sdp.Attribute {
	var out []sdp.Attribute
	for _, a := range attrs {
		if a.Key != "rtcp" && a.Key != "candidate" {
			out = append(out, a)
		}
	}
	return out
}
