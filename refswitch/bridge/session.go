package bridge

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/internal/seam"
)

// Session timers (RFC 4028), for each leg by itself.

// MinSE is the shortest session that may be asked for (RFC 4028 §4).
const MinSE = 90 * time.Second

// wanted is the session that the switch asks for (RFC 4028 §4).
const wanted = 30 * time.Minute

// session is the session timer of a leg; zero means that it has none.
type session struct {
	every time.Duration
	ours  bool // we refresh it
	alarm *alarm
}

// expires reads Session-Expires or Min-SE.
func expires(m headers, names ...string) (d time.Duration, refresher string, ok bool) {
	for _, name := range names {
		h := m.GetHeader(name)
		if h == nil {
			continue
		}
		value, params, _ := strings.Cut(h.Value(), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
		if err != nil {
			return 0, "", false
		}
		for _, p := range strings.Split(params, ";") {
			k, v, _ := strings.Cut(p, "=") // space on either side is allowed (RFC 3261 §25.1)
			if strings.EqualFold(strings.TrimSpace(k), "refresher") {
				refresher = strings.ToLower(strings.TrimSpace(v))
			}
		}
		return time.Duration(n) * time.Second, refresher, true
	}
	return 0, "", false
}

func sessionExpires(m headers) (time.Duration, string, bool) {
	return expires(m, "Session-Expires", "x")
}

// TooBrief tells whether a request asks for a session that is shorter than we
// take; it is then answered 422 with Min-SE (RFC 4028 §9).
func TooBrief(req *sip.Request) bool {
	d, _, ok := sessionExpires(req)
	return ok && d < MinSE && supports(req, "timer")
}

// NameMinSE puts the shortest session into a 422.
func NameMinSE(res *sip.Response) {
	res.AppendHeader(sip.NewHeader("Min-SE", seconds(MinSE)))
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// wish puts what we want of the session timer into an INVITE or UPDATE.
func (l *leg) wish(req *sip.Request, every time.Duration) {
	value := seconds(every)
	if l.session.every > 0 { // who refreshes stays the same (RFC 4028 §7.4)
		value = seconds(l.session.every) + ";refresher=uas"
		if l.session.ours {
			value = seconds(l.session.every) + ";refresher=uac"
		}
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", value))
	req.AppendHeader(sip.NewHeader("Min-SE", seconds(MinSE)))
}

// grant answers a wish of the other side in a 2xx, and starts the timer
// (RFC 4028 §9).
func (c *Call) grant(l *leg, req *sip.Request, res *sip.Response) {
	every, who, asked := sessionExpires(req)
	if !asked || c.cfg.Hooks.IgnoresTimer() {
		c.time(l, 0, false)
		return
	}
	able := supports(req, "timer")
	if who == "" {
		who = "uac"
	}
	if !able {
		who = "uas" // table 2: a proxy asked, the UAC cannot refresh
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", seconds(every)+";refresher="+who))
	if who == "uac" && !c.cfg.Hooks.HidesRequire() {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	if l.session.every > 0 && c.cfg.Hooks.DropsRefresh() {
		return
	}
	c.time(l, every, who == "uas")
}

// granted takes what a 2xx to our INVITE or UPDATE says of the timer
// (RFC 4028 §7.2).
func (c *Call) granted(l *leg, res *sip.Response) {
	every, who, ok := sessionExpires(res)
	if !ok {
		c.time(l, 0, false)
		return
	}
	c.time(l, max(every, MinSE), who != "uas")
}

// time starts the timer anew: a refresh of ours at half time, or else the end
// of the wait for theirs (RFC 4028 §10).
func (c *Call) time(l *leg, every time.Duration, ours bool) {
	l.session.alarm.stop()
	l.session = session{every: every, ours: ours}
	switch {
	case every == 0:
	case ours:
		l.session.alarm = c.after(every/2, func() { c.refresh(l) })
	default:
		l.session.alarm = c.after(every-min(32*time.Second, every/3), func() { c.expired(l) })
	}
}

// expired releases a call of which one side is no longer heard.
func (c *Call) expired(l *leg) {
	c.cfg.Log.Warn("session expired", "call", l.id.CallID)
	c.release()
}

// refresh sends a refresh: UPDATE where it is allowed, else a re-INVITE with
// the description as it is (RFC 4028 §7.4).
func (c *Call) refresh(l *leg) {
	if c.over || !c.cfg.Hooks.Refreshes(seam.Leg{Called: l != c.a, Trunk: l.trunk}) {
		return
	}
	if l.busy() {
		l.session.alarm = c.after(2*time.Second, func() { c.refresh(l) })
		return
	}
	method := sip.UPDATE
	if !l.updates {
		method = sip.INVITE
	}
	req := l.ask(method)
	c.introduce(req)
	l.wish(req, l.session.every)
	if method == sip.INVITE {
		wire.SetBody(req, sdp.ContentType, l.said)
	}
	t, err := c.cfg.Layer.Request(req, l.next(), c.in)
	if err != nil {
		c.cfg.Log.Warn("refresh", "call", l.id.CallID, "err", err)
		c.release()
		return
	}
	l.asking = t
	c.refreshes[t] = l
	left := l.session.every / 2
	l.session.alarm = c.after(left-min(32*time.Second, left/3), func() { c.expired(l) })
}

// refreshed takes what is said to a refresh of ours (RFC 4028 §7.3, §10).
func (c *Call) refreshed(l *leg, e transaction.Event) {
	if e.Err == nil && e.Message.Response.StatusCode < 200 {
		return
	}
	if l.asking == e.Client {
		l.asking = nil
	}
	if c.over {
		return
	}
	if e.Err != nil {
		c.cfg.Log.Warn("refresh", "call", l.id.CallID, "err", e.Err)
		c.release()
		return
	}
	res := e.Message.Response
	switch code := res.StatusCode; {
	case code < 300:
		if e.Client.Request().IsInvite() {
			c.acknowledge(l, e.Client.Request().CSeq().SeqNo, nil)
		}
		l.refresh(res)
		c.granted(l, res)
	case code == sip.StatusRequestTimeout || code == sip.StatusCallTransactionDoesNotExists:
		c.release()
	case code == statusIntervalTooSmall:
		if least, _, ok := expires(res, "Min-SE"); ok {
			l.session.every = max(l.session.every, least)
		}
		l.session.alarm.stop()
		c.refresh(l)
	case code == statusRequestPending: // RFC 3261 §14.1: the owner of the Call-ID waits longer
		l.session.alarm.stop()
		l.session.alarm = c.after(2100*time.Millisecond+rand.N(1900*time.Millisecond), func() { c.refresh(l) })
	}
}

const (
	statusIntervalTooSmall = 422
	statusRequestPending   = 491
)

// retryAfter puts a wait of 0 to 10 s into a 500 (RFC 3261 §14.2).
func retryAfter(res *sip.Response) {
	res.AppendHeader(sip.NewHeader("Retry-After", fmt.Sprint(rand.N(11))))
}
