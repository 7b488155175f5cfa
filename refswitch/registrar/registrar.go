// Package registrar keeps where accounts can be reached: the bindings of
// RFC 3261 §10, one contact an account.
package registrar

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
)

// Binding is where an account is reached.
type Binding struct {
	Contact sip.Uri
	// Hop is where the REGISTER came from: behind NAT the Contact is of no
	// use (RFC 3581 §1).
	Hop     wire.Hop
	Expires time.Time
}

const (
	defaultExpiry = time.Hour
	maxExpiry     = 2 * time.Hour
)

// Registrar holds the bindings.
type Registrar struct {
	mu       sync.Mutex
	bindings map[string]Binding // by account
}

// New gives a registrar without bindings.
func New() *Registrar { return &Registrar{bindings: map[string]Binding{}} }

// Lookup gives an account's binding if it has not expired.
func (r *Registrar) Lookup(user string) (Binding, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live(user)
}

// live gives a binding that has not expired. The caller holds r.mu.
func (r *Registrar) live(user string) (Binding, bool) {
	b, ok := r.bindings[user]
	if ok && !time.Now().Before(b.Expires) {
		delete(r.bindings, user)
		return Binding{}, false
	}
	return b, ok
}

// Register carries out an authenticated REGISTER for the account and fills in
// the 200's Contact and Expires (RFC 3261 §10.3 steps 6 to 8). The error is a
// *wire.Violation that wants 400.
func (r *Registrar) Register(user string, m *wire.Message, res *sip.Response) error {
	req := m.Request
	contact := req.Contact()
	r.mu.Lock()
	defer r.mu.Unlock()
	if contact != nil {
		expiry := expires(req, contact)
		switch {
		case expiry == 0:
			delete(r.bindings, user)
		case contact.Address.Wildcard:
			return &wire.Violation{RFC: 3261, Section: "10.2.2", Want: "Expires 0 with Contact *", Got: expiry.String()}
		default:
			r.bindings[user] = Binding{Contact: *contact.Address.Clone(), Hop: m.From(), Expires: time.Now().Add(expiry)}
		}
	}
	if b, ok := r.live(user); ok {
		c := &sip.ContactHeader{Address: *b.Contact.Clone()}
		c.Params.Add("expires", strconv.Itoa(int(time.Until(b.Expires).Round(time.Second).Seconds())))
		res.AppendHeader(c)
	}
	return nil
}

// expires reads the wish of a REGISTER: the Contact's own, else the header.
func expires(req *sip.Request, c *sip.ContactHeader) time.Duration {
	text, ok := c.Params.Get("expires")
	if h := req.GetHeader("Expires"); !ok && h != nil {
		text = h.Value()
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return defaultExpiry
	}
	return time.Duration(min(n, int(maxExpiry/time.Second))) * time.Second
}
