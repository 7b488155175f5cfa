package transaction

import (
	"fmt"

	"github.com/emiago/sipgo/sip"
)

// magic starts every branch of RFC 3261 (§8.1.1.7).
const magic = "z9hG4bK"

// key identifies a transaction at one port.
type key struct {
	branch string
	sentBy string // server side only
	method sip.RequestMethod
}

// clientKey matches a response to its request (RFC 3261 §17.1.3).
func clientKey(via *sip.ViaHeader, method sip.RequestMethod) key {
	branch, _ := via.Params.Get("branch")
	return key{branch: branch, method: method}
}

// serverKey matches a request to its transaction (RFC 3261 §17.2.3). The ACK
// to a refusal belongs to its INVITE.
func serverKey(req *sip.Request, method sip.RequestMethod) key {
	if method == sip.ACK {
		method = sip.INVITE
	}
	via := req.Via()
	branch, _ := via.Params.Get("branch")
	if len(branch) <= len(magic) || branch[:len(magic)] != magic {
		// RFC 2543 clients have no unique branch.
		tag, _ := req.From().Params.Get("tag")
		branch = fmt.Sprint(req.CallID().Value(), "|", tag, "|", req.CSeq().SeqNo)
	}
	return key{branch, via.SentBy(), method}
}
