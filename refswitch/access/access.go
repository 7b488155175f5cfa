// Package access decides who may call: trunk peers by their address, accounts
// by digest (RFC 3261 §22, RFC 7616 §3.4 with MD5 and SHA-256).
package access

import (
	"cmp"
	"crypto/md5" //nolint:gosec // RFC 3261 §22.4: what every phone has
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
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
	realm string
	hooks *seam.Hooks

	mu       sync.Mutex
	accounts map[string]Secret // by user
	nonces   map[string]*nonce
	sweep    time.Time // when those that ended are next thrown out
}

// nonce is one that was handed out.
type nonce struct {
	end time.Time
	nc  int // the highest count that it was used with
}

// Secret is what an account proves itself with.
type Secret struct {
	Password string
	// Algorithms are those that are accepted; all of them if empty.
	Algorithms []string
}

// Algorithms are the digests that are known, the better one first
// (RFC 8760 §2.4).
func Algorithms() []string { return []string{"SHA-256", "MD5"} }

// New gives a guard for the accounts.
func New(realm string, accounts map[string]Secret, hooks *seam.Hooks) *Guard {
	return &Guard{realm: realm, accounts: accounts, hooks: hooks, nonces: map[string]*nonce{}}
}

// algorithms are those of an account, all of them for one that is not known.
func (g *Guard) algorithms(user string) []string {
	if s, _ := g.secret(user); len(s.Algorithms) > 0 {
		return s.Algorithms
	}
	return Algorithms()
}

// SetAccounts changes who has an account. Challenges that are under way stay
// good.
func (g *Guard) SetAccounts(accounts map[string]Secret) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.accounts = accounts
}

func (g *Guard) secret(user string) (Secret, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, known := g.accounts[user]
	return s, known
}

// Verdict is what a request's credentials came to.
type Verdict int

// The verdicts: no usable credentials, ones with a nonce that is none of ours,
// too old or used before, right ones, wrong ones.
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
		valid := g.hooks.Verified(g.valid(cred, req))
		switch req.Method {
		case sip.INVITE:
			valid = g.hooks.VerifiedCall(valid)
		case sip.REGISTER:
			valid = g.hooks.VerifiedRegister(valid)
		}
		switch {
		case !valid:
			return cred.Username, Refused
		case !g.counted(cred):
			return cred.Username, Stale
		}
		return cred.Username, Admitted
	}
	return "", Challenge
}

// valid recomputes the digest (RFC 7616 §3.4.1).
func (g *Guard) valid(c *digest.Credentials, req *sip.Request) bool {
	account, known := g.secret(c.Username)
	h := hashOf(c.Algorithm)
	if !known || h == nil || c.URI != req.Recipient.String() || !g.offered(c) {
		return false
	}
	ha1 := sum(h, c.Username+":"+c.Realm+":"+account.Password)
	ha2 := sum(h, string(req.Method)+":"+c.URI)
	want := sum(h, strings.Join([]string{ha1, c.Nonce, ha2}, ":"))
	if c.QOP != "" {
		want = sum(h, strings.Join([]string{ha1, c.Nonce, fmt.Sprintf("%08x", c.Nc), c.Cnonce, c.QOP, ha2}, ":"))
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(c.Response)) == 1
}

// offered tells whether the account may use the algorithm.
func (g *Guard) offered(c *digest.Credentials) bool {
	name := cmp.Or(strings.ToUpper(c.Algorithm), "MD5") // RFC 8760 §2.3
	return slices.Contains(g.algorithms(c.Username), name)
}

// counted tells whether right credentials are new: their count must rise from
// use to use of a nonce (RFC 7616 §3.4.3), or somebody repeats what was read
// on the way. Credentials without a count are good once.
func (g *Guard) counted(c *digest.Credentials) bool {
	count := c.Nc
	if c.QOP == "" {
		count = 1
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.nonces[c.Nonce]
	if n == nil {
		return false
	}
	if count <= n.nc {
		return !g.hooks.Counts()
	}
	n.nc = count
	return true
}

// Ask puts the challenges for a user into a 401, the better algorithm on top
// (RFC 8760 §2.4). Stale tells the client that not its password was wrong
// (RFC 7616 §3.3).
func (g *Guard) Ask(res *sip.Response, user string, stale bool) {
	fresh := rand.Text()
	g.mu.Lock()
	now := time.Now()
	if now.After(g.sweep) {
		g.sweep = now.Add(nonceLife)
		maps.DeleteFunc(g.nonces, func(_ string, n *nonce) bool { return now.After(n.end) })
	}
	g.nonces[fresh] = &nonce{end: now.Add(nonceLife)}
	g.mu.Unlock()
	for _, algorithm := range g.algorithms(user) {
		c := digest.Challenge{Realm: g.realm, Nonce: fresh, Stale: stale, Algorithm: algorithm, QOP: []string{"auth"}}
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", c.String()))
	}
}

func (g *Guard) fresh(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.nonces[text]
	return n != nil && time.Now().Before(n.end)
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
