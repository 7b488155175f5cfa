package ua

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// challenged tells whether a response asks for credentials.
func challenged(code int) bool {
	return code == sip.StatusUnauthorized || code == sip.StatusProxyAuthRequired
}

// asking gives the header field in which a response has its challenges, and
// the one in which they are answered.
func asking(res *sip.Response) (ask, reply string) {
	if res.StatusCode == sip.StatusProxyAuthRequired {
		return "Proxy-Authenticate", "Proxy-Authorization"
	}
	return "WWW-Authenticate", "Authorization"
}

// authorize answers a challenge by putting credentials into the request that
// is to be sent next: the topmost challenge that we can (RFC 8760 §2.4). Where
// there is none it tells what is wrong with them.
func authorize(req *sip.Request, res *sip.Response, username, password string) (wrong string) {
	ask, reply := asking(res)
	for _, h := range res.GetHeaders(ask) {
		c, why := challengeIn(h.Value())
		if why != "" {
			if wrong == "" {
				wrong = why
			}
			continue
		}
		body := req.Body()
		cred, err := digest.Digest(c, digest.Options{
			Method: string(req.Method), URI: req.Recipient.String(), Count: 1,
			Username: username, Password: password,
			GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }, // qop=auth-int
		})
		if err != nil {
			return fmt.Sprintf("%v", err)
		}
		req.RemoveHeader(reply)
		req.AppendHeader(sip.NewHeader(reply, cred.String()))
		return ""
	}
	if wrong == "" {
		wrong = fmt.Sprintf("there is no %s in it (RFC 3261 §22.1)", ask)
	}
	return wrong
}

// challengeIn reads one challenge, and tells why it cannot be answered
// (RFC 3261 §22.4, RFC 7616 §3.3).
func challengeIn(value string) (c *digest.Challenge, wrong string) {
	if !digest.IsDigest(value) {
		scheme, _, _ := strings.Cut(value, " ")
		return nil, fmt.Sprintf("its scheme is %q, not Digest (RFC 3261 §22)", scheme)
	}
	c, err := digest.ParseChallenge(value)
	switch {
	case err != nil:
		return nil, "its parameters cannot be read"
	case c.Nonce == "":
		return nil, "it has no nonce (RFC 7616 §3.3)"
	}
	for i, q := range c.QOP {
		c.QOP[i] = strings.ToLower(strings.TrimSpace(q))
	}
	switch plain := (digest.Challenge{Algorithm: c.Algorithm}); {
	case !digest.CanDigest(&plain):
		return nil, fmt.Sprintf("it asks for algorithm=%s, which is none of MD5, SHA-256 and SHA-512-256 (RFC 8760 §2.1)", c.Algorithm)
	case !digest.CanDigest(c):
		return nil, fmt.Sprintf("it asks for qop=%q, which is neither auth nor auth-int (RFC 7616 §3.3)", strings.Join(c.QOP, ","))
	}
	return c, ""
}

// odd tells what in a challenge that can be answered often goes wrong.
func odd(res *sip.Response) string {
	ask, _ := asking(res)
	for _, h := range res.GetHeaders(ask) {
		c, wrong := challengeIn(h.Value())
		if wrong != "" {
			continue
		}
		if len(c.QOP) > 0 && !c.SupportsQOP("auth") {
			return "it asks for qop=auth-int alone, a digest of the body too, which does not survive a change of the body on the way (RFC 7616 §3.4.3)"
		}
		return ""
	}
	return ""
}

// stale tells whether a challenge refuses the nonce alone, not the password:
// then the request is sent again with the new one (RFC 7616 §3.3).
func stale(res *sip.Response) bool {
	ask, _ := asking(res)
	for _, h := range res.GetHeaders(ask) {
		if c, wrong := challengeIn(h.Value()); wrong == "" && c.Stale {
			return true
		}
	}
	return false
}
