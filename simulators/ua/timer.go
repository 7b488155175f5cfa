package ua

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// Session timers (RFC 4028), in both roles.

// minSE is the shortest session that we take, in seconds (RFC 4028 §4).
const minSE = 90

// longestSession bounds what a 422 may make us ask for, in seconds.
const longestSession = 7200

// sessionTimer is the call's timer; zero means that it has none.
type sessionTimer struct {
	seconds int
	ours    bool // we refresh
	alarm   *alarm
}

// sessionExpires reads Session-Expires: the seconds, 0 for none, and who
// refreshes.
func sessionExpires(m fields) (seconds int, refresher string) {
	v, params := value(m, "Session-Expires", "x")
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return 0, ""
	}
	for _, p := range params {
		k, who, _ := strings.Cut(p, "=") // space on either side is allowed (RFC 3261 §25.1)
		if strings.EqualFold(strings.TrimSpace(k), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(who))
		}
	}
	return int(n), refresher
}

func tooBrief(req *sip.Request) bool {
	n, _ := sessionExpires(req)
	return n > 0 && n < minSE && lists(req, "timer", "Supported", "k")
}

// refuseBrief answers 422 (RFC 4028 §9).
func (c *Call) refuseBrief(s *transaction.Server) {
	res := wire.NewResponse(s.Request(), 422, "Session Interval Too Small", c.d.localTag)
	res.AppendHeader(sip.NewHeader("Min-SE", fmt.Sprint(minSE)))
	if err := s.Respond(res); err != nil {
		c.failed(err)
	}
}

// wish asks for the timer in an INVITE or UPDATE of ours.
func (c *Call) wish(req *sip.Request) {
	switch t := c.timer; {
	case t.seconds > 0 && t.ours:
		req.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=uac", t.seconds)))
	case t.seconds > 0:
		req.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=uas", t.seconds)))
	}
}

// grant answers a wish in a 2xx of ours, and starts the timer.
func (c *Call) grant(req *sip.Request, res *sip.Response) {
	n, who := sessionExpires(req)
	if n == 0 {
		c.time(0, false)
		return
	}
	if who == "" {
		who = "uac"
	}
	if !lists(req, "timer", "Supported", "k") {
		who = "uas" // table 2: it cannot refresh
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=%s", n, who)))
	if who == "uac" {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	c.note(func(f *record.Attempt) {
		if f.Timer == nil {
			f.Timer = &record.Timer{Asked: n, Granted: n, Refresher: who}
		}
	})
	c.time(n, who == "uas")
}

// session is the wish for a timer in the first INVITE.
func (m *manner) session() sip.Header {
	who := "uac"
	if m.theirs {
		who = "uas"
	}
	return sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=%s", m.expires/time.Second, who))
}

// longer asks once more, for the shortest session that the other side takes
// (RFC 4028 §7.3).
func (c *Call) longer(res *sip.Response) bool {
	v, _ := value(res, "Min-SE")
	n, err := strconv.Atoi(v)
	if err != nil || c.longest || c.cancel || c.manner.expires == 0 || n <= int(c.manner.expires/time.Second) || n > longestSession {
		return false
	}
	c.longest, c.tries = true, 0
	c.manner.expires = time.Duration(n) * time.Second
	c.d.seq++
	req := c.invited()
	req.RemoveHeader("Session-Expires")
	req.AppendHeader(c.manner.session())
	req.AppendHeader(sip.NewHeader("Min-SE", fmt.Sprint(n)))
	c.note(func(f *record.Attempt) { f.Timer.Asked = n })
	if err := c.send(req); err != nil {
		c.failed(err)
		return false
	}
	return true
}

// granted takes what a 2xx to our INVITE or UPDATE says of the timer.
func (c *Call) granted(res *sip.Response) {
	n, who := sessionExpires(res)
	c.updates = lists(res, "UPDATE", "Allow") || c.updates
	c.note(func(f *record.Attempt) {
		if f.Timer != nil && f.Timer.Granted == 0 {
			f.Timer.Granted, f.Timer.Refresher = n, who
			f.Timer.Required = lists(res, "timer", "Require")
		}
	})
	if n > 0 {
		n = max(n, minSE)
	}
	c.time(n, who != "uas")
}

// time starts the timer anew: our refresh at half time, or the end of the
// wait for theirs (RFC 4028 §10).
func (c *Call) time(n int, ours bool) {
	c.timer.alarm.stop()
	c.timer = sessionTimer{seconds: n, ours: ours}
	every := time.Duration(n) * time.Second
	switch {
	case n == 0:
	case ours:
		c.timer.alarm = c.after(every/2, func() {
			if err := c.refresh(); err != nil {
				c.failed(fmt.Errorf("refresh: %w", err))
			}
		})
	default:
		wait := every - min(32*time.Second, every/3)
		c.timer.alarm = c.after(wait, func() {
			c.failed(&transaction.TimeoutError{Waiting: "refresh of the session", After: wait})
			_ = c.hangup() // its error is in the fact
		})
	}
}
