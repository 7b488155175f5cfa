package wire

import (
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Message is a parsed message and the hop it came from.
type Message struct {
	Packet
	Request  *sip.Request  // nil for a response
	Response *sip.Response // nil for a request
}

// From gives the hop that the message came from.
func (m *Message) From() Hop { return Hop{m.Transport, m.Remote} }

// CallID gives the Call-ID; Parse has made sure that there is one.
func (m *Message) CallID() string {
	if m.Request != nil {
		return m.Request.CallID().Value()
	}
	return m.Response.CallID().Value()
}

// Parse reads one message. The error is a [*Violation] where the bytes are
// SIP but break a rule that every element relies on; the request is then
// returned beside it where it could still be answered with 400.
func Parse(raw []byte) (*sip.Request, *sip.Response, error) {
	msg, err := sip.ParseMessage(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("parse: %w", err)
	}
	switch m := msg.(type) {
	case *sip.Request:
		return m, nil, checkRequest(m)
	case *sip.Response:
		return nil, m, checkHeaders(m, m.SipVersion)
	}
	return nil, nil, fmt.Errorf("parse: %T is neither request nor response", msg)
}

// Answerable tells whether a request that broke a rule has what a response
// must copy (RFC 3261 §8.2.6.2).
func Answerable(r *sip.Request) bool {
	return r != nil && !r.IsAck() && r.Via() != nil && r.From() != nil && r.To() != nil && r.CallID() != nil && r.CSeq() != nil
}

type headers interface {
	Via() *sip.ViaHeader
	From() *sip.FromHeader
	To() *sip.ToHeader
	CallID() *sip.CallIDHeader
	CSeq() *sip.CSeqHeader
}

func checkRequest(r *sip.Request) error {
	if err := checkHeaders(r, r.SipVersion); err != nil {
		return err
	}
	if r.CSeq().MethodName != r.Method {
		return &Violation{3261, "8.1.1.5", "CSeq method " + string(r.Method), string(r.CSeq().MethodName)}
	}
	return nil
}

func checkHeaders(m headers, version string) error {
	if !strings.EqualFold(version, "SIP/2.0") {
		return &Violation{3261, "7.1", "SIP/2.0", version}
	}
	missing := ""
	switch {
	case m.Via() == nil:
		missing = "Via"
	case m.From() == nil:
		missing = "From"
	case m.To() == nil:
		missing = "To"
	case m.CallID() == nil:
		missing = "Call-ID"
	case m.CSeq() == nil:
		missing = "CSeq"
	}
	if missing != "" {
		return &Violation{3261, "8.1.1", "a " + missing + " header field", "none"}
	}
	return nil
}

// stampVia notes where a request really came from in its top Via
// (RFC 3261 §18.2.1, RFC 3581 §4).
func stampVia(r *sip.Request, from Hop) {
	via := r.Via()
	if via == nil {
		return
	}
	_, wantsPort := via.Params.Get("rport")
	if wantsPort {
		setParam(&via.Params, "rport", fmt.Sprint(from.Addr.Port()))
	}
	if wantsPort || via.Host != from.Addr.Addr().String() {
		setParam(&via.Params, "received", from.Addr.Addr().String())
	}
}

func setParam(p *sip.HeaderParams, key, value string) {
	p.Remove(key)
	p.Add(key, value)
}
