package ua

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// registerWithin bounds a registration, challenge and all; the thresholds of
// the profile are far below.
const registerWithin = 5 * time.Second

// Enrolment is what a REGISTER asks for. The zero value removes the agent's
// own contact.
type Enrolment struct {
	// User is the account, Username and Password answer its challenge; the
	// agent's own if empty.
	User, Username, Password string
	// From is who says to send it, where that is not the account: a third
	// party (RFC 3261 §10.2).
	From string
	// Expires is how long the contact is to be bound, in whole seconds; 0
	// removes it (RFC 3261 §10.2.2).
	Expires time.Duration
	// ByContact asks with the contact's own expires parameter, else with the
	// Expires header field.
	ByContact bool
	// Query asks for the contacts and changes none (RFC 3261 §10.2.3).
	Query bool
	// Contact is removed in place of the agent's own; Expires must be 0.
	Contact string
	// Bulk binds all numbers of the account at once (RFC 6140 §5.1).
	Bulk bool
	// Repeated is an Authorization that was read somewhere. It is sent as it
	// is, and a challenge is the end.
	Repeated string
}

// Register binds the agent's address to its user for the time given, in whole
// seconds; 0 removes it (RFC 3261 §10.2). The outcome goes to the record; an
// error is an outcome without any final response.
func (a *Agent) Register(ctx context.Context, expires time.Duration) (record.Registration, error) {
	return a.Enrol(ctx, Enrolment{Expires: expires})
}

// Enrol carries out one registration; see [Agent.Register].
func (a *Agent) Enrol(ctx context.Context, e Enrolment) (record.Registration, error) {
	if e.User == "" {
		e.User, e.Username, e.Password = a.cfg.User, a.cfg.Username, a.cfg.Password
	}
	noted := a.noteBefore(e)
	f, err := a.carryOut(ctx, e)
	a.noteAfter(e, f, noted)
	return f, err
}

// noteBefore has a contact noted that may be bound from now on; true where it
// was not noted before.
func (a *Agent) noteBefore(e Enrolment) bool {
	if a.cfg.Bindings == nil || e.Query || e.Expires == 0 {
		return false
	}
	return a.cfg.Bindings.Bound(e.User, a.contactOf(e).Address.String())
}

// noteAfter has the note of a contact removed that is not bound any more, or
// never was.
func (a *Agent) noteAfter(e Enrolment, f record.Registration, noted bool) {
	if a.cfg.Bindings == nil || e.Query {
		return
	}
	removed := e.Expires == 0 && f.Code >= 200 && f.Code < 300
	if refused := noted && f.Code >= 300; removed || refused {
		a.cfg.Bindings.Released(e.User, a.contactOf(e).Address.String())
	}
}

// carryOut sends the REGISTER as often as it takes.
func (a *Agent) carryOut(ctx context.Context, e Enrolment) (record.Registration, error) {
	j := a.cfg.Journal
	proxy, _ := a.proxy()
	f := record.Registration{Party: a.cfg.Party, User: e.User, Start: j.Now()}
	ctx, cancel := context.WithTimeoutCause(ctx, registerWithin,
		&transaction.TimeoutError{Waiting: "final response to REGISTER from " + proxy.String(), After: registerWithin})
	defer cancel()
	var asked *sip.Response
	var err error
	for tries := 0; ; {
		var res *sip.Response
		if res, err = a.register(ctx, e, asked, &f); err != nil {
			f.Code, f.Reason, f.Error = 0, "", err.Error() // a challenge before it is no answer
			break
		}
		f.Code, f.Reason, f.Says = res.StatusCode, res.Reason, says(res)
		f.Own, f.Seen = wire.Mapping(res)
		if least := minExpires(res); least > e.Expires && e.Expires > 0 { // RFC 3261 §10.2.8
			e.Expires, asked, tries = least, nil, 0
			continue
		}
		spent := tries > 1 || tries == 1 && !stale(res)
		if !challenged(f.Code) || spent || e.Password == "" || e.Repeated != "" {
			a.read(res, e, &f)
			break
		}
		tries++
		asked, f.Challenged = res, true
	}
	f.End = j.Now()
	j.Add(f)
	return f, err
}

// read takes what a 2xx says of the account's contacts (RFC 3261 §10.2.4).
func (a *Agent) read(res *sip.Response, e Enrolment, f *record.Registration) {
	if f.Code < 200 || f.Code >= 300 {
		return
	}
	header := ""
	if h := res.GetHeader("Expires"); h != nil {
		header = h.Value()
	}
	contacts := res.GetHeaders("Contact")
	for _, h := range contacts {
		c, ok := h.(*sip.ContactHeader)
		if !ok {
			continue
		}
		f.Contacts = append(f.Contacts, c.Address.String())
		removal := e.Expires == 0 && !e.Query
		if removal || !a.isOurs(&c.Address, e) && len(contacts) > 1 { // one alone is ours, whatever was made of it
			continue
		}
		text := ""
		for _, kv := range c.Params { // names of parameters in any case (RFC 3261 §7.3.1)
			if strings.EqualFold(kv.K, "expires") {
				text = kv.V
			}
		}
		if n, err := strconv.Atoi(strings.TrimSpace(cmp.Or(text, header))); err == nil {
			f.Granted = n
		}
	}
	slices.Sort(f.Contacts)
}

// isOurs tells whether a contact is the one that was asked for.
func (a *Agent) isOurs(u *sip.Uri, e Enrolment) bool {
	own := a.contact(e.User).Address
	if e.Bulk {
		own.User = ""
	}
	return u.Host == own.Host && u.Port == own.Port && u.User == own.User && u.UriParams.Has("bnc") == e.Bulk
}

// minExpires gives what a 423 asks for; 0 for anything else.
func minExpires(res *sip.Response) time.Duration {
	h := res.GetHeader("Min-Expires")
	if res.StatusCode != 423 || h == nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(h.Value()))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 1<<31-1)) * time.Second
}

// register sends one REGISTER, with credentials if it was asked for them. A
// challenge that cannot be answered is the end.
func (a *Agent) register(ctx context.Context, e Enrolment, asked *sip.Response, f *record.Registration) (*sip.Response, error) {
	proxy, domain := a.proxy()
	aor := sip.Uri{Scheme: "sip", User: e.User, Host: domain}
	req := a.outside(sip.REGISTER, sip.Uri{Scheme: "sip", Host: domain}, aor)
	req.From().Address = aor
	if e.From != "" {
		req.From().Address.User = e.From
	}
	a.enrol(req, e)
	switch {
	case e.Repeated != "":
		req.AppendHeader(sip.NewHeader("Authorization", e.Repeated))
	case asked != nil:
		if f.Challenge = authorize(req, asked, e.Username, e.Password); f.Challenge != "" {
			return asked, nil
		}
		f.Challenge = odd(asked)
	}
	if h := req.GetHeader("Authorization"); h != nil {
		a.mu.Lock()
		a.proof = h.Value()
		a.mu.Unlock()
	}
	return a.exchange(ctx, req, proxy)
}

// enrol writes the contact and how long it is to be bound.
func (a *Agent) enrol(req *sip.Request, e Enrolment) {
	if e.Query {
		return
	}
	c := a.contactOf(e)
	if e.Bulk { // RFC 6140 §5.1: no user, and both headers
		for _, h := range [][2]string{{"Require", "gin"}, {"Proxy-Require", "gin"}, {"Supported", "path"}} {
			req.AppendHeader(sip.NewHeader(h[0], h[1]))
		}
	}
	seconds := strconv.Itoa(int(e.Expires.Seconds()))
	if e.ByContact {
		c.Params.Add("expires", seconds)
	}
	req.AppendHeader(c)
	if !e.ByContact {
		req.AppendHeader(sip.NewHeader("Expires", seconds))
	}
}

// Contact gives the address that the agent registers.
func (a *Agent) Contact() string { return a.contact(a.cfg.User).Address.String() }

// contactOf gives the contact that a REGISTER is about.
func (a *Agent) contactOf(e Enrolment) *sip.ContactHeader {
	c := a.contact(e.User)
	if e.Contact != "" {
		if err := sip.ParseUri(e.Contact, &c.Address); err != nil {
			a.log.Warn("contact", "party", a.cfg.Party, "err", err)
		}
	}
	if e.Bulk && !c.Address.UriParams.Has("bnc") {
		c.Address.User = ""
		c.Address.UriParams.Add("bnc", "")
	}
	return c
}

// Proof gives the Authorization of the last REGISTER that had one, as anybody
// on the way could have read it.
func (a *Agent) Proof() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.proof
}

// Options asks the proxy whether it is there (RFC 3261 §11): any final
// response means that it is.
func (a *Agent) Options(ctx context.Context) (*sip.Response, error) {
	proxy, domain := a.proxy()
	u := sip.Uri{Scheme: "sip", Host: domain}
	return a.exchange(ctx, a.outside(sip.OPTIONS, u, u), proxy)
}

// outside writes a request outside any dialog. All REGISTERs share a Call-ID
// (RFC 3261 §10.2), and so may the others.
func (a *Agent) outside(method sip.RequestMethod, target, to sip.Uri) *sip.Request {
	_, domain := a.proxy()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seq++
	d := dialog{
		callID: a.regID, localTag: a.cfg.Token(), target: target, remote: to,
		local: sip.Uri{Scheme: "sip", User: a.cfg.User, Host: domain},
	}
	return d.request(method, a.seq)
}

// exchange sends a request and waits for its final response.
func (a *Agent) exchange(ctx context.Context, req *sip.Request, to wire.Hop) (*sip.Response, error) {
	in := transaction.NewInbox()
	if _, err := a.layer.Request(req, to, in); err != nil {
		return nil, err
	}
	for {
		select {
		case <-in.Ready():
			for e, more := in.Take(); more; e, more = in.Take() {
				if e.Err != nil {
					return nil, e.Err
				}
				if e.Message.Response.StatusCode >= 200 {
					return e.Message.Response, nil
				}
			}
		case <-a.quit:
			return nil, fmt.Errorf("%s: agent closed", req.Method)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (a *Agent) contact(user string) *sip.ContactHeader {
	at := a.layer.Advertised()
	u := sip.Uri{Scheme: "sip", User: user, Host: at.Addr().String(), Port: int(at.Port())}
	if proxy, _ := a.proxy(); proxy.Transport.Reliable() {
		u.UriParams.Add("transport", "tcp")
	}
	return &sip.ContactHeader{Address: u}
}
