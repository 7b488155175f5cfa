package ua

import (
	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
)

// dialog is our end of a dialog (RFC 3261 §12).
type dialog struct {
	callID, localTag, remoteTag string
	local, remote               sip.Uri
	target                      sip.Uri   // where requests are addressed to
	routes                      []sip.Uri // in the order of our requests' Route
	proxy                       wire.Hop  // where they go without a route to follow
	seq                         uint32    // of our last request
	remoteSeq                   uint32    // of theirs
}

// confirm takes the other side's half from a response: tag, target, and the
// route set in reverse (RFC 3261 §12.1.2).
func (d *dialog) confirm(res *sip.Response) {
	d.remoteTag, _ = res.To().Params.Get("tag")
	if c := res.Contact(); c != nil {
		d.target = c.Address
	}
	d.routes = nil
	for _, h := range res.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			d.routes = append([]sip.Uri{r.Address}, d.routes...)
		}
	}
}

// accept takes the other side's half from an INVITE (RFC 3261 §12.1.1).
func (d *dialog) accept(req *sip.Request) {
	d.remoteTag, _ = req.From().Params.Get("tag")
	d.remoteSeq = req.CSeq().SeqNo
	if c := req.Contact(); c != nil {
		d.target = c.Address
	}
	for _, h := range req.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			d.routes = append(d.routes, r.Address)
		}
	}
}

// inOrder tells whether a request of the other side comes after those before
// it (RFC 3261 §12.2.2); an ACK has its INVITE's number.
func (d *dialog) inOrder(req *sip.Request) bool {
	seq := req.CSeq().SeqNo
	if req.IsAck() {
		return true
	}
	if seq < d.remoteSeq {
		return false
	}
	d.remoteSeq = seq
	return true
}

// request writes a request within the dialog (RFC 3261 §12.2.1.1); the first
// INVITE is written with it too.
func (d *dialog) request(method sip.RequestMethod, seq uint32) *sip.Request {
	r := sip.NewRequest(method, d.target)
	for _, u := range d.routes {
		r.AppendHeader(&sip.RouteHeader{Address: u})
	}
	from := &sip.FromHeader{Address: d.local}
	from.Params.Add("tag", d.localTag)
	to := &sip.ToHeader{Address: d.remote}
	if d.remoteTag != "" {
		to.Params.Add("tag", d.remoteTag)
	}
	id, hops := sip.CallIDHeader(d.callID), sip.MaxForwardsHeader(70)
	r.AppendHeader(&hops)
	r.AppendHeader(from)
	r.AppendHeader(to)
	r.AppendHeader(&id)
	r.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	wire.SetBody(r, "", nil)
	return r
}

// hop gives where a request within the dialog goes: the first route, else the
// target, else the proxy where the target is no address (RFC 3261 §8.1.2).
func (d *dialog) hop() wire.Hop {
	to := &d.target
	if len(d.routes) > 0 {
		to = &d.routes[0]
	}
	if h, err := wire.HopOf(to); err == nil {
		if !to.UriParams.Has("transport") && h.Addr == d.proxy.Addr {
			h.Transport = d.proxy.Transport
		}
		return h
	}
	return d.proxy
}
