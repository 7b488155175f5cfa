package bridge

import (
	"crypto/rand"
	"strings"

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
	owed      uint32 // number of an INVITE whose 2xx waits for our ACK
	trunk     bool
	updates   bool   // it allows UPDATE (RFC 3311 §4)
	rseq      uint32 // of the last reliable provisional response (RFC 3262 §4)
	settled   bool   // its answer came in a reliable provisional response

	said, heard []byte // the descriptions that we last sent and received
	origin      *origin
	held        bool // it put the other side on hold
	asking      *transaction.Client
	taking      *transaction.Server
	okay        *okay
	session     session
	gone        bool
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
		updates: has(req, "Allow", "UPDATE"), heard: described(req),
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
	l.refresh(res)
	l.routes = nil
	rrs := res.GetHeaders("Record-Route")
	for i := len(rrs) - 1; i >= 0; i-- {
		if rr, ok := rrs[i].(*sip.RecordRouteHeader); ok {
			l.routes = append(l.routes, rr.Address)
		}
	}
}

// refresh takes what a message says anew of the other side: its target
// (RFC 3261 §12.2) and what it allows.
func (l *leg) refresh(m headers) {
	if c, ok := m.GetHeader("Contact").(*sip.ContactHeader); ok {
		l.target = c.Address
	}
	if m.GetHeader("Allow") != nil {
		l.updates = has(m, "Allow", "UPDATE")
	}
}

// fork is a dialog of another branch of the same INVITE.
func (l *leg) fork(res *sip.Response) *leg {
	f := &leg{
		id: l.id, local: l.local, remote: l.remote, target: l.target, hop: l.hop,
		seq: l.seq, trunk: l.trunk,
	}
	f.confirm(res)
	return f
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

// ask starts the next request within the dialog.
func (l *leg) ask(method sip.RequestMethod) *sip.Request {
	l.seq++
	return l.request(method, l.seq)
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

// headers is what requests and responses have in common.
type headers interface {
	GetHeader(name string) sip.Header
	GetHeaders(name string) []sip.Header
}

// tokens gives the words of a list header (RFC 3261 §7.3.1).
func tokens(m headers, name string) []string {
	var out []string
	for _, h := range m.GetHeaders(name) {
		for _, w := range strings.Split(h.Value(), ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// has tells whether a list header has the word.
func has(m headers, name, word string) bool {
	for _, w := range tokens(m, name) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
