package registrar

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
)

// Binding is where an account is reached.
type Binding struct {
	Contact sip.Uri
	// Hop is where the REGISTER came from: behind NAT the Contact is of no
	// use (RFC 3581 §1).
	Hop wire.Hop
	// Path is what requests to the contact have to pass (RFC 3327 §5.3).
	Path []sip.Uri
	// Q is the preference among several contacts, from 0 to 1.
	Q float64
	// Bulk is a contact for all numbers of an account (RFC 6140 §5.2).
	Bulk    bool
	Expires time.Time

	callID string
	cseq   uint32
	q      string // as it was said
	turn   uint64 // of the last update
	// renewed is when that was.
	renewed time.Time
}

// At gives where a request for one of the account's numbers is addressed to:
// the contact itself, or the row of a bulk contact (RFC 6140 §5.2): the number
// put before its host, without the parameter that made it a bulk one.
func (b *Binding) At(number string) sip.Uri {
	u := *b.Contact.Clone()
	if b.Bulk {
		u.User = number
		u.UriParams = without(u.UriParams, bnc)
	}
	return u
}

// header is the binding as a 200 lists it (RFC 3261 §10.3 step 8).
func (b *Binding) header() *sip.ContactHeader {
	c := &sip.ContactHeader{Address: *b.Contact.Clone()}
	left := max(time.Until(b.Expires).Round(time.Second), 0)
	c.Params.Add("expires", strconv.Itoa(int(left.Seconds())))
	if b.q != "" {
		c.Params.Add("q", b.q)
	}
	return c
}

// same tells whether two contacts are one (RFC 3261 §10.3 step 7, §19.1.4, as
// far as contacts of phones go): scheme, user, host, port and transport.
func same(a, b *sip.Uri) bool { return key(a) == key(b) }

func key(u *sip.Uri) string {
	transport, _ := u.UriParams.Get("transport")
	host := strings.ToLower(u.Host)
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		host = a.String()
	}
	port := u.Port
	if port == 0 {
		port = wire.DefaultPort
	}
	return strings.Join([]string{strings.ToLower(u.Scheme), u.User, host, strconv.Itoa(port), strings.ToLower(transport)}, " ")
}

func without(p sip.HeaderParams, name string) sip.HeaderParams {
	var out sip.HeaderParams
	for _, x := range p {
		if !strings.EqualFold(x.K, name) {
			out = append(out, x)
		}
	}
	return out
}
