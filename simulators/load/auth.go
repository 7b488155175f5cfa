package load

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	encodinghex "encoding/hex"
)

// Account is what a call answers a challenge with.
type Account struct{ User, Password string }

// authenticator answers challenges with the accounts of a run, dealt out in
// turn (RFC 3261 §22, RFC 8760).
type authenticator struct {
	accounts []Account
	scratch  []byte
}

// challenge is what a server asks for.
type challenge struct {
	realm, nonce, opaque, algorithm []byte
	qop                             bool // auth
	sha256                          bool
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
// §3.4.1 as RFC 8760 has it, with nc 1; RFC 2069 where no qop is offered).
func (a *authenticator) credentials(b []byte, v []byte, proxy bool, account Account, method string, uri []byte, cnonce []byte) ([]byte, bool) {
	c, ok := read(v)
	if !ok {
		return b, false
	}
	var room [3][64]byte
	ha1 := c.hash(room[0][:0], []byte(account.User), c.realm, []byte(account.Password))
	ha2 := c.hash(room[1][:0], []byte(method), uri)
	name := "Authorization: Digest username=\""
	if proxy {
		name = "Proxy-Authorization: Digest username=\""
	}
	b = append(append(b, name...), account.User...)
	b = append(append(b, "\", realm=\""...), c.realm...)
	b = append(append(b, "\", nonce=\""...), c.nonce...)
	b = append(append(b, "\", uri=\""...), uri...)
	b = append(b, "\", response=\""...)
	if c.qop {
		b = c.hash(b, ha1, c.nonce, []byte("00000001"), cnonce, []byte("auth"), ha2)
		b = append(append(b, "\", qop=auth, nc=00000001, cnonce=\""...), cnonce...)
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

// again sends the INVITE with credentials, once, and tells whether it did.
func (c *caller) again(i int32, k *call, m *message, at int64) bool {
	if c.auth == nil || k.state == cancelling || k.flags&challenged != 0 || m.status != 401 && m.status != 407 || m.auth == nil {
		return false
	}
	k.bytes = append(k.bytes[:0], m.auth...) // until the answer has the room
	k.flags |= challenged
	if m.proxy {
		k.flags |= byProxy
	}
	k.seq++
	line := k.again(c, i)
	if line == nil {
		k.seq--
		return false
	}
	c.m.Challenged++
	k.state, k.tries, k.since = calling, 0, at
	c.sendInvite(i, k, line)
	c.wheel.Set(i, at+t1)
	return true
}

// again gives the credentials of the INVITE of now, nil if it has none or they
// cannot be made.
func (k *call) again(c *caller, i int32) []byte {
	if k.flags&challenged == 0 {
		return nil
	}
	var uri [128]byte
	a := c.auth
	line, ok := a.credentials(a.scratch[:0], k.bytes, k.flags&byProxy != 0, a.accounts[k.n%uint64(len(a.accounts))],
		"INVITE", c.w.uri(uri[:0], k.n), c.leg(i).append(nil))
	a.scratch = line
	if !ok {
		return nil
	}
	return line
}
