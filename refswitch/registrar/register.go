package registrar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
)

// Terms are what one account may register.
type Terms struct {
	// MaxExpiry is the longest that is granted to the account; the
	// registrar's if zero or longer than that.
	MaxExpiry time.Duration
	// Bulk lets one contact stand for all numbers of the account (RFC 6140).
	Bulk bool
	// Under is the address of record whose bulk contact stands for this one
	// too. It is listed, and not to be removed from here (RFC 6140 §5.2).
	Under string
}

// RefusedError is a REGISTER that is not carried out: none of it is.
type RefusedError struct {
	Code int
	// Header and Value say more: Min-Expires, Unsupported.
	Header, Value string
	Why           string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Why) }

// Codes of refusals (RFC 3261 §21.4.15, §21.4.17).
const (
	badExtension     = 420
	intervalTooBrief = 423
)

// update is what a REGISTER asks of one contact.
type update struct {
	contact *sip.ContactHeader
	expiry  time.Duration
	bulk    bool
}

// Register carries out an authenticated REGISTER for the address of record and
// fills in the 200's contacts (RFC 3261 §10.3 steps 2 and 6 to 8, RFC 6140
// §5.2). The error is a *RefusedError; nothing was changed then.
func (r *Registrar) Register(aor string, terms Terms, m *wire.Message, res *sip.Response) error {
	req := m.Request
	if err := understood(req, terms); err != nil {
		return err
	}
	path, err := pathOf(req)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	updates, all, err := r.asked(req, terms)
	if err != nil {
		return err
	}
	if err := r.inOrder(aor, req, updates, all); err != nil {
		return err
	}
	if all {
		r.keep(aor, nil)
	}
	renews := len(r.live(aor)) > 0
	for _, u := range updates {
		r.update(aor, m, u, path)
	}
	for _, b := range r.live(aor) {
		res.AppendHeader(b.header())
	}
	if renews && r.cfg.Hooks.ListsOthers() {
		for other, bound := range r.bindings {
			for i := 0; i < len(bound) && other != aor; i++ {
				res.AppendHeader(bound[i].header())
			}
		}
	}
	for _, b := range r.live(terms.Under) {
		if b.Bulk {
			row := b.header()
			row.Address = b.At(aor)
			res.AppendHeader(row)
		}
	}
	for _, h := range req.GetHeaders("Path") { // RFC 3327 §5.3
		res.AppendHeader(sip.NewHeader("Path", h.Value()))
	}
	return nil
}

// asked reads the contacts of a REGISTER; all means that every binding is to
// go.
func (r *Registrar) asked(req *sip.Request, terms Terms) (updates []update, all bool, err error) {
	contacts := req.GetHeaders("Contact")
	for _, h := range contacts {
		c, ok := h.(*sip.ContactHeader)
		if !ok {
			return nil, false, &RefusedError{Code: sip.StatusBadRequest, Why: "a Contact that does not read"}
		}
		u := update{contact: c, expiry: r.granted(req, c, terms)}
		if c.Address.Wildcard {
			if len(contacts) > 1 || u.expiry != 0 {
				return nil, false, &RefusedError{Code: sip.StatusBadRequest, Why: "Contact * wants Expires 0 and no other contact (RFC 3261 §10.2.2)"}
			}
			return nil, true, nil
		}
		if u.expiry > 0 && u.expiry < r.cfg.MinExpiry { // RFC 3261 §10.3 step 7
			return nil, false, &RefusedError{
				Code: intervalTooBrief, Why: "an expiry of " + u.expiry.String(),
				Header: "Min-Expires", Value: strconv.Itoa(int(r.cfg.MinExpiry / time.Second)),
			}
		}
		if u.bulk, err = bulk(req, &c.Address); err != nil {
			return nil, false, err
		}
		updates = append(updates, u)
	}
	return updates, false, nil
}

// inOrder refuses a REGISTER that was overtaken by a later one of the same
// phone (RFC 3261 §10.3 steps 6 and 7).
func (r *Registrar) inOrder(aor string, req *sip.Request, updates []update, all bool) error {
	for _, b := range r.live(aor) {
		meant := all || slices.ContainsFunc(updates, func(u update) bool { return same(&b.Contact, &u.contact.Address) })
		if meant && b.callID == req.CallID().Value() && req.CSeq().SeqNo <= b.cseq {
			return &RefusedError{Code: sip.StatusInternalServerError, Why: fmt.Sprintf("CSeq %d after %d", req.CSeq().SeqNo, b.cseq)}
		}
	}
	return nil
}

// update sets, renews or removes one binding. The caller holds r.mu.
func (r *Registrar) update(aor string, m *wire.Message, u update, path []sip.Uri) {
	bound := r.live(aor)
	i := slices.IndexFunc(bound, func(b *Binding) bool { return same(&b.Contact, &u.contact.Address) })
	if u.expiry == 0 {
		own, _ := u.contact.Params.Get("expires")
		if i >= 0 && !r.cfg.Hooks.Remain(seam.Removal{ByContact: own != ""}) {
			r.keep(aor, slices.Delete(bound, i, i+1))
		}
		return
	}
	r.turn++
	b := &Binding{
		Contact: *u.contact.Address.Clone(), Hop: m.From(), Path: path, Q: 1, Bulk: u.bulk,
		Expires: time.Now().Add(u.expiry), callID: m.CallID(), cseq: m.Request.CSeq().SeqNo, turn: r.turn,
		renewed: time.Now(),
	}
	if q, ok := u.contact.Params.Get("q"); ok {
		if n, err := strconv.ParseFloat(q, 64); err == nil && n >= 0 && n <= 1 {
			b.q, b.Q = q, n
		}
	}
	if i >= 0 {
		b.Expires = r.cfg.Hooks.Renewed(bound[i].Expires, b.Expires)
		bound = slices.Delete(bound, i, i+1)
	}
	bound = append(bound, b)
	r.keep(aor, bound[max(0, len(bound)-r.cfg.Contacts):])
	r.ever[aor] = true
}

// granted is the expiry of one contact: its own wish, else the header's, else
// an hour, and no more than the account may have (RFC 3261 §10.3 step 7).
func (r *Registrar) granted(req *sip.Request, c *sip.ContactHeader, terms Terms) time.Duration {
	most := r.cfg.MaxExpiry
	if terms.MaxExpiry > 0 {
		most = min(most, terms.MaxExpiry)
	}
	text, ok := c.Params.Get("expires")
	if h := req.GetHeader("Expires"); !ok && h != nil {
		text = h.Value()
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return min(defaultExpiry, most)
	}
	return time.Duration(min(n, uint64(most/time.Second))) * time.Second
}

// pathOf gives the Path that a REGISTER took (RFC 3327 §5.3).
func pathOf(req *sip.Request) ([]sip.Uri, error) {
	var out []sip.Uri
	for _, h := range req.GetHeaders("Path") {
		for _, one := range strings.Split(h.Value(), ",") {
			text := strings.TrimSpace(one)
			if _, rest, ok := strings.Cut(text, "<"); ok {
				text, _, _ = strings.Cut(rest, ">")
			}
			var u sip.Uri
			if err := sip.ParseUri(text, &u); err != nil {
				return nil, &RefusedError{Code: sip.StatusBadRequest, Why: "a Path that does not read"}
			}
			out = append(out, u)
		}
	}
	return out, nil
}
