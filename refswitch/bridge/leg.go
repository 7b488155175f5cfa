package bridge

import (
	"crypto/rand"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

// Dialog identifies a leg's dialog at the switch (RFC 3261 §12).
type Dialog struct{ CallID, LocalTag string }

// leg is the switch's end of one dialog.
type leg struct {
	id        Dialog
	remoteTag string
	local     sip.Uri   // our side's From or To
	remote    sip.Uri   // the other side's
	target    sip.Uri   // remote target (RFC 3261 §12.1.1)
	routes    []sip.Uri // in the order in which requests of ours follow them
	hop       wire.Hop  // where the other side was last seen
	seq       uint32    // of our last request
	remoteSeq uint32    // of theirs
	ack       *sip.Request
}

// newTag makes a tag or the unique part of a Call-ID or branch.
func newTag() string { return rand.Text() }

// callerLeg is the dialog that an INVITE opens at its receiver.
func callerLeg(m *wire.Message) *leg {
	req := m.Request
	l := &leg{
		id:    Dialog{m.CallID(), newTag()},
		local: req.To().Address, remote: req.From().Address,
		hop: m.From(), remoteSeq: req.CSeq().SeqNo,
	}
	l.remoteTag, _ = req.From().Params.Get("tag")
	if c := req.Contact(); c != nil {
		l.target = c.Address
	}
	for _, h := range req.GetHeaders("Record-Route") {
		if rr, ok := h.(*sip.RecordRouteHeader); ok {
			l.routes = append(l.routes, rr.Address)
		}
	}
	return l
}

// confirm takes the remote half of the dialog from a response
// (RFC 3261 §12.1.2).
func (l *leg) confirm(res *sip.Response) {
	l.remoteTag, _ = res.To().Params.Get("tag")
	if c := res.Contact(); c != nil {
		l.target = c.Address
	}
	l.routes = nil
	rrs := res.GetHeaders("Record-Route")
	for i := len(rrs) - 1; i >= 0; i-- {
		if rr, ok := rrs[i].(*sip.RecordRouteHeader); ok {
			l.routes = append(l.routes, rr.Address)
		}
	}
}

// inOrder tells whether a request of the other side comes after those before
// it (RFC 3261 §12.2.2); an ACK has its INVITE's number.
func (l *leg) inOrder(req *sip.Request) bool {
	seq := req.CSeq().SeqNo
	if req.IsAck() {
		return true
	}
	if seq < l.remoteSeq {
		return false
	}
	l.remoteSeq = seq
	return true
}

// request starts a request within the dialog (RFC 3261 §12.2.1.1).
func (l *leg) request(method sip.RequestMethod, seq uint32) *sip.Request {
	r := sip.NewRequest(method, l.target)
	for _, u := range l.routes {
		r.AppendHeader(&sip.RouteHeader{Address: u})
	}
	from := &sip.FromHeader{Address: l.local}
	from.Params.Add("tag", l.id.LocalTag)
	to := &sip.ToHeader{Address: l.remote}
	if l.remoteTag != "" {
		to.Params.Add("tag", l.remoteTag)
	}
	callID := sip.CallIDHeader(l.id.CallID)
	hops := sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{from, to, &callID, &sip.CSeqHeader{SeqNo: seq, MethodName: method}, &hops} {
		r.AppendHeader(h)
	}
	wire.SetBody(r, "", nil)
	return r
}

// next gives where requests of the dialog go: the first route, else where the
// other side was seen.
func (l *leg) next() wire.Hop {
	if len(l.routes) > 0 {
		if h, err := wire.HopOf(&l.routes[0]); err == nil {
			return h
		}
	}
	return l.hop
}

// acknowledge sends the ACK to a 2xx, the same one again for each copy
// (RFC 3261 §13.2.2.4).
func (l *leg) acknowledge(layer *transaction.Layer, seq uint32) error {
	if l.ack != nil {
		return layer.Resend(l.ack, l.next())
	}
	l.ack = l.request(sip.ACK, seq)
	return layer.Send(l.ack, l.next())
}
