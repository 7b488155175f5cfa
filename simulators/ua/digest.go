package ua

import (
	"fmt"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// challenged tells whether a response asks for credentials.
func challenged(code int) bool {
	return code == sip.StatusUnauthorized || code == sip.StatusProxyAuthRequired
}

// authorize answers a challenge by putting credentials into the request that
// is to be sent next: the topmost challenge that we can (RFC 8760 §2.4).
func authorize(req *sip.Request, res *sip.Response, username, password string) error {
	ask, reply := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, reply = "Proxy-Authenticate", "Proxy-Authorization"
	}
	for _, h := range res.GetHeaders(ask) {
		c, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(c) {
			continue
		}
		cred, err := digest.Digest(c, digest.Options{
			Method: string(req.Method), URI: req.Recipient.String(), Count: 1,
			Username: username, Password: password,
		})
		if err != nil {
			return fmt.Errorf("digest: %w", err)
		}
		req.RemoveHeader(reply)
		req.AppendHeader(sip.NewHeader(reply, cred.String()))
		return nil
	}
	return fmt.Errorf("%d without a challenge that can be answered (RFC 3261 §22.1)", res.StatusCode)
}
