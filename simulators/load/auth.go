package load

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	encodinghex "encoding/hex"
)

// Account is what a call or a registration answers a challenge with.
type Account struct {
	User     string // empty: the number that calls, or that is registered
	Password string
	Realm    string // the only one that is answered; empty: any
	Number   string // what is called to reach it; empty: User
}

// authenticator answers challenges with the accounts of a run, dealt out in
// turn (RFC 3261 §22, RFC 8760).
type authenticator struct {
	accounts []Account
	scratch  []byte
}

func (a *authenticator) account(n uint64) *Account { return &a.accounts[n%uint64(len(a.accounts))] }

// proof is where the answering of challenges stands.
type proof struct {
	nonce uint32 // a hash of the one that was answered last
	nc    uint8  // how often it was (RFC 7616 §3.4)
	asked uint8  // challenges of the request of now that were answered
	proxy bool   // the last of them was a Proxy-Authenticate
}

// mostAsked is how many challenges of one request are answered.
const mostAsked = 3

// accept takes a challenge, and tells whether it is to be answered: the first
// of a request, and those after it that say that the nonce had become too old
// (RFC 7616 §3.3). Any other says that the password is wrong.
func (p *proof) accept(m *message, a *Account) bool {
	if m.status != 401 && m.status != 407 || p.asked == mostAsked {
		return false
	}
	c, ok := read(m.auth)
	if !ok || p.asked > 0 && !c.stale || a.Realm != "" && string(c.realm) != a.Realm {
		return false
	}
	if h := fnv(c.nonce); h != p.nonce {
		p.nonce, p.nc = h, 0
	}
	p.nc++
	p.asked++
	p.proxy = m.proxy
	return true
}

// challenge is what a server asks for.
type challenge struct {
	realm, nonce, opaque, algorithm []byte
	qop                             bool // auth
	sha256                          bool
	stale                           bool // the credentials were right, the nonce too old
}

// read takes a challenge apart; false for one that cannot be answered.
func read(v []byte) (c challenge, ok bool) {
	const scheme = "Digest"
	if len(v) < len(scheme) || !bytes.EqualFold(v[:len(scheme)], []byte(scheme)) {
		return c, false
	}
	v = v[len(scheme):]
	for len(v) > 0 {
		v = bytes.TrimLeft(v, " \t\r\n,")
		eq := bytes.IndexByte(v, '=')
		if eq < 0 {
			break
		}
		name, rest := trim(v[:eq]), trim(v[eq+1:])
		var value []byte
		if len(rest) > 0 && rest[0] == '"' {
			end := 1
			for end < len(rest) && rest[end] != '"' {
				if rest[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(rest) {
				return c, false
			}
			value, v = rest[1:end], rest[end+1:]
		} else {
			end := bytes.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			value, v = trim(rest[:end]), rest[end:]
		}
		switch {
		case is(name, "realm"):
			c.realm = value
		case is(name, "nonce"):
			c.nonce = value
		case is(name, "opaque"):
			c.opaque = value
		case is(name, "algorithm"):
			c.algorithm = value
			c.sha256 = bytes.EqualFold(value, []byte("SHA-256"))
			if !c.sha256 && !bytes.EqualFold(value, []byte("MD5")) {
				return c, false
			}
		case is(name, "stale"):
			c.stale = bytes.EqualFold(value, []byte("true"))
		case is(name, "qop"):
			for _, q := range bytes.Split(value, []byte(",")) {
				c.qop = c.qop || is(trim(q), "auth")
			}
			if !c.qop {
				return c, false
			}
		}
	}
	return c, len(c.nonce) > 0
}

// hash writes the hex digits of a digest over parts with colons in between.
func (c *challenge) hash(b []byte, parts ...[]byte) []byte {
	var text [512]byte
	in := text[:0]
	for i, p := range parts {
		if i > 0 {
			in = append(in, ':')
		}
		in = append(in, p...)
	}
	if c.sha256 {
		sum := sha256.Sum256(in)
		return encodinghex.AppendEncode(b, sum[:])
	}
	sum := md5.Sum(in)
	return encodinghex.AppendEncode(b, sum[:])
}

// credentials writes the header line that answers a challenge (RFC 7616
// §3.4.1 as RFC 8760 has it; RFC 2069 where no qop is offered).
func (a *authenticator) credentials(b []byte, v []byte, p proof, account Account, method string, uri []byte, cnonce []byte) ([]byte, bool) {
	c, ok := read(v)
	if !ok {
		return b, false
	}
	var room [3][64]byte
	ha1 := c.hash(room[0][:0], []byte(account.User), c.realm, []byte(account.Password))
	ha2 := c.hash(room[1][:0], []byte(method), uri)
	var count [8]byte
	nc := appendHex(count[:0], uint32(p.nc))
	name := "Authorization: Digest username=\""
	if p.proxy {
		name = "Proxy-Authorization: Digest username=\""
	}
	b = append(append(b, name...), account.User...)
	b = append(append(b, "\", realm=\""...), c.realm...)
	b = append(append(b, "\", nonce=\""...), c.nonce...)
	b = append(append(b, "\", uri=\""...), uri...)
	b = append(b, "\", response=\""...)
	if c.qop {
		b = c.hash(b, ha1, c.nonce, nc, cnonce, []byte("auth"), ha2)
		b = append(append(append(append(b, "\", qop=auth, nc="...), nc...), ", cnonce=\""...), cnonce...)
	} else {
		b = c.hash(b, ha1, c.nonce, ha2)
	}
	b = append(b, '"')
	if c.algorithm != nil {
		b = append(append(b, ", algorithm="...), c.algorithm...)
	}
	if c.opaque != nil {
		b = append(append(append(b, ", opaque=\""...), c.opaque...), '"')
	}
	return append(b, "\r\n"...), true
}

// answers keeps the challenge of a response, and tells whether the request is
// to be sent again with its answer.
func (c *caller) answers(k *call, m *message) bool {
	if c.auth == nil || !k.accept(m, c.auth.account(k.n)) {
		return false
	}
	k.bytes = append(k.bytes[:k.end], m.auth...)
	return true
}

// again sends the INVITE with credentials, and tells whether it did.
func (c *caller) again(i int32, k *call, m *message, at int64) bool {
	if k.state == cancelling || !c.answers(k, m) {
		return false
	}
	if k.asked == 1 {
		c.m.Challenged++
	}
	k.seq++
	k.state, k.tries, k.since = calling, 0, at
	c.sendInvite(i, k)
	c.wheel.Set(i, again(at, c.reliable))
	return true
}

// credentials gives those of the request of now, nil if none were asked for.
func (c *caller) credentials(i int32, k *call, method string, uri []byte) []byte {
	if k.asked == 0 {
		return nil
	}
	return c.proves(c.leg(i), k.proof, k.bytes[k.end:], method, uri)
}

// proves gives the answer to a challenge that was accepted.
func (c *caller) proves(l leg, p proof, challenge []byte, method string, uri []byte) []byte {
	account := *c.auth.account(l.n)
	var user [64]byte
	if account.User == "" {
		account.User = string(c.w.from(user[:0], l.n))
	}
	var room [24]byte
	cnonce := append(l.append(room[:0]), method[0], '0'+p.asked)
	c.auth.scratch, _ = c.auth.credentials(c.auth.scratch[:0], challenge, p, account, method, uri, cnonce) // it was read before
	return c.auth.scratch
}
