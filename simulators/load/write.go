package load

import (
	"net/netip"
	"strconv"
)

const hex = "0123456789abcdef"

// appendHex writes 8 digits.
func appendHex(b []byte, v uint32) []byte {
	var d [8]byte
	for i := 7; i >= 0; i-- {
		d[i] = hex[v&15]
		v >>= 4
	}
	return append(b, d[:]...)
}

// parseHex reads 8 digits.
func parseHex(b []byte) (v uint32, ok bool) {
	if len(b) < 8 {
		return 0, false
	}
	for _, c := range b[:8] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		default:
			return 0, false
		}
		v = v<<4 | uint32(c)
	}
	return v, true
}

// cookie begins a branch of RFC 3261; what it is of and its call follow.
const cookie = "z9hG4bK"

// What a branch is of: the letter after the cookie, or one that follows it
// where the request is sent again with credentials.
const (
	branchAck    = 'a'
	branchBye    = 'b'
	branchInvite = 'i'

	branchRegister = 'r'
)

// mostByes is how many times a BYE that is challenged or put off is sent anew.
const mostByes = 5

// writer builds the messages of one caller. The parts that are the same in all
// of them are written once.
type writer struct {
	host     string // our address, as it stands in Via and Contact
	domain   string // behind the @ of the called party
	home     string // behind the @ of the calling party
	to, from Numbers
	viaHead  string // "Via: SIP/2.0/UDP host;branch=z9hG4bK"
	contact  string
	over     string // ";transport=tcp" where it is
	body     string // the end of a message that describes media, with its headers
}

func newWriter(local netip.AddrPort, domain string, from, to Numbers, sdp string) *writer {
	host := local.String()
	return &writer{
		host: host, domain: domain, home: host, from: from, to: to,
		viaHead: "Via: SIP/2.0/UDP " + host + ";branch=" + cookie,
		contact: "Contact: <sip:" + host + ">\r\n",
		body:    withBody(sdp),
	}
}

// overTCP has the messages say that they go over TCP (RFC 3261 §18, §19.1.1).
func (w *writer) overTCP() {
	w.over = ";transport=tcp"
	w.viaHead = "Via: SIP/2.0/TCP " + w.host + ";branch=" + cookie
	w.contact = "Contact: <sip:" + w.host + w.over + ">\r\n"
}

// again gives when a request that was just sent is sent again: never over a
// reliable transport, where only its end is waited for (RFC 3261 §17.1.1.2,
// §17.1.2.2).
func again(now int64, reliable bool) int64 {
	if reliable {
		return now + timerB
	}
	return now + t1
}

// SDP gives a description of one PCMU stream at an address, which nobody
// listens to unless the caller does.
func SDP(at netip.AddrPort) string {
	family := "IP4"
	if at.Addr().Is6() {
		family = "IP6"
	}
	a := family + " " + at.Addr().String()
	return "v=0\r\no=- 1 1 IN " + a + "\r\ns=-\r\nc=IN " + a + "\r\nt=0 0\r\nm=audio " + strconv.Itoa(int(at.Port())) +
		" RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
}

// withBody gives the headers of a description, and it.
func withBody(sdp string) string {
	return "Content-Type: application/sdp\r\nContent-Length: " + strconv.Itoa(len(sdp)) + "\r\n\r\n" + sdp
}

// leg is what tells one call of a caller from all others.
type leg struct {
	slot, gen uint32
	n         uint64
}

func (l leg) append(b []byte) []byte { return appendHex(appendHex(b, l.slot), l.gen) }

func (w *writer) uri(b []byte, n uint64) []byte {
	b = append(w.to(append(b, "sip:"...), n), '@')
	return append(b, w.domain...)
}

// head writes what each request of a leg has: start line, Via, From, To,
// Call-ID, CSeq, Max-Forwards.
func (w *writer) head(b []byte, method string, uri, tag []byte, branch byte, seq uint8, l leg) []byte {
	b = append(append(b, method...), ' ')
	if uri == nil {
		b = w.uri(b, l.n)
	} else {
		b = append(b, uri...)
	}
	b = append(append(append(b, " SIP/2.0\r\n"...), w.viaHead...), branch)
	b = append(l.append(b), "\r\nFrom: <sip:"...)
	b = append(w.from(b, l.n), '@')
	b = append(append(b, w.home...), ">;tag="...)
	b = append(l.append(b), "\r\nTo: <"...)
	b = append(w.uri(b, l.n), '>')
	if tag != nil {
		b = append(append(b, ";tag="...), tag...)
	}
	b = append(l.append(append(b, "\r\nCall-ID: "...)), '@')
	b = append(append(b, w.host...), "\r\nCSeq: "...)
	b = append(append(append(strconv.AppendUint(b, uint64(seq), 10), ' '), method...), "\r\nMax-Forwards: 70\r\n"...)
	return b
}

const empty = "Content-Length: 0\r\n\r\n"

func (w *writer) invite(b []byte, l leg, seq uint8, credentials []byte, body string) []byte {
	b = w.head(b, "INVITE", nil, nil, branchInvite+seq-1, seq, l)
	b = append(append(b, w.contact...), credentials...)
	return append(b, body...)
}

// ackRefusal acknowledges a response above 299: hop by hop, with the branch of
// the INVITE and the To of the response (RFC 3261 §17.1.1.3).
func (w *writer) ackRefusal(b []byte, l leg, branch byte, seq uint8, tag []byte) []byte {
	return append(w.head(b, "ACK", nil, tag, branch, seq, l), empty...)
}

// cancel takes an INVITE back: its Request-URI, Via and CSeq number (RFC 3261
// §9.1).
func (w *writer) cancel(b []byte, l leg, branch byte, seq uint8) []byte {
	return append(w.head(b, "CANCEL", nil, nil, branch, seq, l), empty...)
}

// within writes a request of a dialog.
func (w *writer) within(b []byte, method string, branch byte, seq uint8, l leg, d *dialog, credentials []byte) []byte {
	b = w.head(b, method, d.remoteTarget(), d.remoteTag(), branch, seq, l)
	return append(append(append(b, d.routes()...), credentials...), empty...)
}

// reply answers a request with what it says itself (RFC 3261 §8.2.6).
func reply(b []byte, m *message, status, tag, contact, rest string) []byte {
	b = append(append(append(b, "SIP/2.0 "...), status...), "\r\n"...)
	for _, v := range m.via[:m.vias] {
		b = append(append(append(b, "Via: "...), v...), "\r\n"...)
	}
	for _, v := range m.route[:m.routes] {
		b = append(append(append(b, "Record-Route: "...), v...), "\r\n"...)
	}
	b = append(append(append(b, "From: "...), m.from...), "\r\nTo: "...)
	b = append(b, m.to...)
	if tag != "" {
		b = append(append(b, ";tag="...), tag...)
	}
	b = append(append(append(b, "\r\nCall-ID: "...), m.callID...), "\r\nCSeq: "...)
	b = append(append(append(b, m.cseq...), "\r\n"...), contact...)
	return append(b, rest...)
}

// Numbers writes the number of the n-th call behind b.
type Numbers func(b []byte, n uint64) []byte

// One gives all calls the same number.
func One(number string) Numbers {
	return func(b []byte, _ uint64) []byte { return append(b, number...) }
}

// List deals numbers out in turn.
func List(numbers []string) Numbers {
	return func(b []byte, n uint64) []byte { return append(b, numbers[n%uint64(len(numbers))]...) }
}

// Range deals out a range of numbers in turn, as long as its first.
func Range(prefix string, first, count uint64, digits int) Numbers {
	return func(b []byte, n uint64) []byte {
		v := first + n%count
		b = append(b, prefix...)
		at := len(b)
		for range digits {
			b = append(b, '0')
		}
		for i := len(b) - 1; i >= at && v > 0; i-- {
			b[i] = byte('0' + v%10)
			v /= 10
		}
		return b
	}
}
