// Package access decides who may call: trunk peers by their address, accounts
// by digest (RFC 3261 §22, RFC 7616 §3.4 with MD5 and SHA-256).
package access

import (
	"crypto/md5" //nolint:gosec // RFC 3261 §22.4: what every phone has
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ringproof/refswitch/internal/seam"
)

// nonceLife is how long a nonce is good; an older one is answered stale.
const nonceLife = 5 * time.Minute

// Guard challenges requests and checks the answers.
type Guard struct {
	realm     string
	passwords map[string]string // by user
	hooks     *seam.Hooks

	mu     sync.Mutex
	nonces map[string]time.Time // and when they end
	sweep  time.Time            // when those that ended are next thrown out
}

// New gives a guard for the accounts.
func New(realm string, passwords map[string]string, hooks *seam.Hooks) *Guard {
	return &Guard{realm: realm, passwords: passwords, hooks: hooks, nonces: map[string]time.Time{}}
}

// Verdict is what a request's credentials came to.
type Verdict int

// The verdicts: no usable credentials, ones with a nonce that is none of ours
// or too old, right ones, wrong ones.
const (
	Challenge Verdict = iota
	Stale
	Admitted
	Refused
)

// Check looks at a request's Authorization and gives the account's user.
func (g *Guard) Check(req *sip.Request) (user string, v Verdict) {
	for _, h := range req.GetHeaders("Authorization") {
		cred, err := digest.ParseCredentials(h.Value())
		if err != nil || cred.Realm != g.realm {
			continue
		}
		if !g.fresh(cred.Nonce) {
			return cred.Username, Stale
		}
		if g.hooks.Verified(g.valid(cred, req)) {
			return cred.Username, Admitted
		}
		return cred.Username, Refused
	}
	return "", Challenge
}

// valid recomputes the digest (RFC 7616 §3.4.1).
func (g *Guard) valid(c *digest.Credentials, req *sip.Request) bool {
	password, known := g.passwords[c.Username]
	h := hashOf(c.Algorithm)
	if !known || h == nil || c.URI != req.Recipient.String() {
		return false
	}
	ha1 := sum(h, c.Username+":"+c.Realm+":"+password)
	ha2 := sum(h, string(req.Method)+":"+c.URI)
	want := sum(h, strings.Join([]string{ha1, c.Nonce, ha2}, ":"))
	if c.QOP != "" {
		want = sum(h, strings.Join([]string{ha1, c.Nonce, fmt.Sprintf("%08x", c.Nc), c.Cnonce, c.QOP, ha2}, ":"))
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(c.Response)) == 1
}

// Ask puts the challenges into a 401, the better algorithm on top
// (RFC 8760 §2.4). Stale tells the client that not its password was wrong
// (RFC 7616 §3.3).
func (g *Guard) Ask(res *sip.Response, stale bool) {
	nonce := rand.Text()
	g.mu.Lock()
	now := time.Now()
	if now.After(g.sweep) {
		g.sweep = now.Add(nonceLife)
		maps.DeleteFunc(g.nonces, func(_ string, end time.Time) bool { return now.After(end) })
	}
	g.nonces[nonce] = now.Add(nonceLife)
	g.mu.Unlock()
	for _, algorithm := range []string{"SHA-256", "MD5"} {
		c := digest.Challenge{Realm: g.realm, Nonce: nonce, Stale: stale, Algorithm: algorithm, QOP: []string{"auth"}}
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", c.String()))
	}
}

func (g *Guard) fresh(nonce string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.nonces[nonce])
}

// hashOf gives the algorithm of that name; none at all means MD5
// (RFC 8760 §2.3). Nil is an unknown one.
func hashOf(algorithm string) func() hash.Hash {
	switch strings.ToUpper(algorithm) {
	case "", "MD5":
		return md5.New
	case "SHA-256":
		return sha256.New
	}
	return nil
}

func sum(h func() hash.Hash, s string) string {
	d := h()
	d.Write([]byte(s))
	return hex.EncodeToString(d.Sum(nil))
}
