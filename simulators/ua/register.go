package ua

import (
	"context"
	"fmt"
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

// Register binds the agent's address to its user for the time given, in whole
// seconds; 0 removes it (RFC 3261 §10.2). The outcome goes to the record; an
// error is an outcome without any final response.
func (a *Agent) Register(ctx context.Context, expires time.Duration) (record.Registration, error) {
	j := a.cfg.Journal
	proxy, _ := a.proxy()
	f := record.Registration{Party: a.cfg.Party, User: a.cfg.User, Start: j.Now()}
	ctx, cancel := context.WithTimeoutCause(ctx, registerWithin,
		&transaction.TimeoutError{Waiting: "final response to REGISTER from " + proxy.String(), After: registerWithin})
	defer cancel()
	var asked *sip.Response
	var err error
	for {
		var res *sip.Response
		if res, err = a.register(ctx, expires, asked); err != nil {
			f.Code, f.Reason, f.Error = 0, "", err.Error() // a challenge before it is no answer
			break
		}
		f.Code, f.Reason = res.StatusCode, res.Reason
		if least := minExpires(res); least > expires && expires > 0 { // RFC 3261 §10.2.8
			expires, asked = least, nil
			continue
		}
		if !challenged(f.Code) || asked != nil || a.cfg.Password == "" {
			break
		}
		asked, f.Challenged = res, true
	}
	f.End = j.Now()
	j.Add(f)
	return f, err
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

// register sends one REGISTER, with credentials if it was asked for them.
func (a *Agent) register(ctx context.Context, expires time.Duration, asked *sip.Response) (*sip.Response, error) {
	proxy, domain := a.proxy()
	aor := sip.Uri{Scheme: "sip", User: a.cfg.User, Host: domain}
	req := a.outside(sip.REGISTER, sip.Uri{Scheme: "sip", Host: domain}, aor)
	req.AppendHeader(a.contact(a.cfg.User))
	req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(expires.Seconds()))))
	if asked != nil {
		if err := authorize(req, asked, a.cfg.Username, a.cfg.Password); err != nil {
			return nil, err
		}
	}
	return a.exchange(ctx, req, proxy)
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
	at := a.Addr()
	u := sip.Uri{Scheme: "sip", User: user, Host: at.Addr().String(), Port: int(at.Port())}
	if proxy, _ := a.proxy(); proxy.Transport.Reliable() {
		u.UriParams.Add("transport", "tcp")
	}
	return &sip.ContactHeader{Address: u}
}
