package wire

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// NewResponse answers a request with a status, copying what RFC 3261 §8.2.6.2
// and §12.1.1 say. A To tag is added where the request had none and the
// status is not 100.
func NewResponse(req *sip.Request, code int, reason, toTag string) *sip.Response {
	res := sip.NewResponse(code, reason)
	res.SipVersion = "SIP/2.0"
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		sip.CopyHeaders(name, req, res)
	}
	if code > 100 && code < 300 && req.Method != sip.REGISTER {
		sip.CopyHeaders("Record-Route", req, res)
	}
	if to := res.To(); to != nil && code != sip.StatusTrying && !to.Params.Has("tag") {
		to.Params.Add("tag", toTag)
	}
	SetBody(res, "", nil)
	return res
}

// SetBody puts a body and its type and length into a message.
func SetBody(m interface {
	SetBody([]byte)
	AppendHeader(sip.Header)
	RemoveHeader(string) bool
}, contentType string, body []byte,
) {
	m.RemoveHeader("Content-Type")
	m.RemoveHeader("Content-Length")
	if len(body) > 0 {
		ct := sip.ContentTypeHeader(contentType)
		m.AppendHeader(&ct)
	}
	m.SetBody(body) // also sets Content-Length
}

// ReturnPath says where a response goes: back where the request came from if
// its Via asked so (RFC 3581 §4) or the transport is a connection, else to
// the port that the Via names (RFC 3261 §18.2.2).
func ReturnPath(req *sip.Request, from Hop) Hop {
	via := req.Via()
	if via == nil || from.Transport.Reliable() || via.Params.Has("rport") {
		return from
	}
	port := uint16(DefaultPort)
	if via.Port > 0 && via.Port <= 65535 {
		port = uint16(via.Port)
	}
	return Hop{from.Transport, netip.AddrPortFrom(from.Addr.Addr(), port)}
}

// Mapping gives the address that a request of ours named in its Via, and the
// one that the other side saw it come from (RFC 3581 §4). Neither is given
// where they are the same, or where the other side does not say.
func Mapping(res *sip.Response) (own, seen netip.AddrPort) {
	via := res.Via()
	if via == nil {
		return own, seen
	}
	host, err := netip.ParseAddr(strings.Trim(via.Host, "[]"))
	if err != nil || via.Port <= 0 || via.Port > 65535 {
		return own, seen
	}
	own = netip.AddrPortFrom(host, uint16(via.Port))
	addr, port := own.Addr(), own.Port()
	if text, ok := via.Params.Get("received"); ok {
		if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
			addr = a.Unmap()
		}
	}
	if text, ok := via.Params.Get("rport"); ok {
		if n, err := strconv.ParseUint(text, 10, 16); err == nil && n > 0 {
			port = uint16(n)
		}
	}
	if seen = netip.AddrPortFrom(addr, port); seen == own {
		return netip.AddrPort{}, netip.AddrPort{}
	}
	return own, seen
}

// NewVia makes the top Via of a request sent from the given address, with
// rport (RFC 3581 §3).
func NewVia(t Transport, at netip.AddrPort, branch string) *sip.ViaHeader {
	v := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: string(t),
		Host: at.Addr().String(), Port: int(at.Port()),
	}
	v.Params.Add("rport", "")
	v.Params.Add("branch", branch)
	return v
}

// HopOf says where a request to the URI goes, for URIs that name an address
// rather than a domain.
func HopOf(u *sip.Uri) (Hop, error) {
	t := "udp"
	if p, ok := u.UriParams.Get("transport"); ok {
		t = p
	}
	addr := u.Host
	if u.Port > 0 {
		addr = netipJoin(u.Host, u.Port)
	}
	return ParseHop(t + ":" + addr)
}

func netipJoin(host string, port int) string {
	if a, err := netip.ParseAddr(host); err == nil && port <= 65535 {
		return netip.AddrPortFrom(a, uint16(port)).String()
	}
	return host + ":" + strconv.Itoa(port)
}
