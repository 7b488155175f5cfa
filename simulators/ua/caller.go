package ua

import "github.com/emiago/sipgo/sip"

// Hops has the INVITE set out with that Max-Forwards.
func Hops(n int) Option { return func(m *manner) { m.hops = &n } }

// Header puts a header into the INVITE.
func Header(name, value string) Option {
	return func(m *manner) { m.headers = append(m.headers, sip.NewHeader(name, value)) }
}

// Anonymously leaves out who the call is from (RFC 3323 §4.1.1.3).
func Anonymously() Option { return func(m *manner) { m.anonymous = true } }

// shown gives the user of the Contact: none that says who calls, if the call
// is not to.
func (c *Call) shown(from string) string {
	if c.manner.anonymous {
		return ""
	}
	return from
}

// dress puts into an INVITE what its call was placed with.
func (c *Call) dress(req *sip.Request) {
	if c.manner.anonymous {
		req.From().DisplayName = "Anonymous"
	}
	if n := c.manner.hops; n != nil {
		*req.MaxForwards() = sip.MaxForwardsHeader(*n)
	}
	for _, h := range c.manner.headers {
		req.AppendHeader(sip.HeaderClone(h))
	}
}

// hopsOf gives a request's Max-Forwards, -1 without the header.
func hopsOf(req *sip.Request) int {
	if h := req.MaxForwards(); h != nil {
		return int(*h)
	}
	return -1
}
