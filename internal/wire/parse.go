package wire

import (
	"errors"
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
// SIP but break a rule that every element relies on, else the parser's. Beside
// the error stands a request as far as it was read: see [Answerable].
func Parse(raw []byte) (*sip.Request, *sip.Response, error) {
	p := sip.NewParser()
	p.MaxMessageLength = maxStreamMessage * 2 // head and body
	msg, err := p.ParseSIP(raw)
	if err != nil {
		req, _ := msg.(*sip.Request) // as far as it was read
		if errors.Is(err, sip.ErrParseReadBodyIncomplete) {
			err = &Violation{3261, "18.3", "a body as long as its Content-Length", "less"}
		}
		return req, nil, fmt.Errorf("parse: %w", err)
	}
	tidy(msg)
	switch m := msg.(type) {
	case *sip.Request:
		return m, nil, checkRequest(m)
	case *sip.Response:
		return nil, m, checkHeaders(m, m.SipVersion)
	}
	return nil, nil, fmt.Errorf("parse: %T is neither request nor response", msg)
}

// tidy takes out the white space that RFC 3261 §25.1 allows around ; = , and /
// and that the parser leaves in values. Such values are compared, and go back
// in responses.
func tidy(m sip.Message) {
	if h := m.CSeq(); h != nil {
		h.MethodName = sip.RequestMethod(strings.TrimSpace(string(h.MethodName)))
	}
	if h := m.From(); h != nil {
		trim(h.Params)
	}
	if h := m.To(); h != nil {
		trim(h.Params)
	}
	for _, h := range m.GetHeaders("Via") {
		via, ok := h.(*sip.ViaHeader)
		if !ok {
			continue
		}
		trim(via.Params)
		if f := strings.Fields(via.Host); via.Transport == "" && len(f) == 2 { // "SIP / 2.0 / UDP host"
			via.Transport, via.Host = f[0], f[1]
		}
	}
}

func trim(p sip.HeaderParams) {
	for i := range p {
		p[i].K, p[i].V = strings.TrimSpace(p[i].K), strings.TrimSpace(p[i].V)
	}
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
