package ua

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Option says in which manner a call is placed.
type Option func(*manner)

// manner is how a call is placed. The zero value makes an offer of all our
// codecs and asks for nothing in particular.
type manner struct {
	delayed bool
	require bool // 100rel
	expires time.Duration
	theirs  bool // they are to refresh
	codecs  []string
	follow  []string

	headers   []sip.Header // more of the INVITE
	anonymous bool         // without who it is from
	domain    string       // of its From, if not the proxy's
	hops      *int         // its Max-Forwards; 70 if nil
}

// Delayed leaves the offer to the called side (RFC 3261 §13.2.1).
func Delayed() Option { return func(m *manner) { m.delayed = true } }

// Reliably requires reliable provisional responses (RFC 3262).
func Reliably() Option { return func(m *manner) { m.require = true } }

// Refreshing asks for a session timer, with us as the one who refreshes
// (RFC 4028).
func Refreshing(expires time.Duration) Option { return func(m *manner) { m.expires = expires } }

// Refreshed asks for a session timer, with the other side as the one who
// refreshes.
func Refreshed(expires time.Duration) Option {
	return func(m *manner) { m.expires, m.theirs = expires, true }
}

// Speaking names the codecs of the offer, best first.
func Speaking(codecs ...string) Option { return func(m *manner) { m.codecs = codecs } }

// Following lets a 3xx send the call to one of these numbers, and to no
// other.
func Following(numbers ...string) Option { return func(m *manner) { m.follow = numbers } }

// Of has the call come from a user of another domain.
func Of(domain string) Option { return func(m *manner) { m.domain = domain } }

// allow lists our methods.
const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, NOTIFY"

// supported lists the extensions that we know.
const supported = "100rel, timer"

// present puts what we can into an INVITE or a 2xx to one.
func present(m interface{ AppendHeader(sip.Header) }) {
	m.AppendHeader(sip.NewHeader("Allow", allow))
	m.AppendHeader(sip.NewHeader("Supported", supported))
}

// fields is what requests and responses have in common.
type fields interface {
	GetHeaders(name string) []sip.Header
}

// lists tells whether a list header has the word.
func lists(m fields, word string, names ...string) bool {
	for _, n := range names {
		for _, h := range m.GetHeaders(n) {
			for _, w := range strings.Split(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(w), word) {
					return true
				}
			}
		}
	}
	return false
}

// value gives the first header of one of the names, with its parameters
// apart.
func value(m fields, names ...string) (v string, params []string) {
	for _, n := range names {
		if hs := m.GetHeaders(n); len(hs) > 0 {
			parts := strings.Split(hs[0].Value(), ";")
			for _, p := range parts[1:] {
				params = append(params, strings.TrimSpace(p))
			}
			return strings.TrimSpace(parts[0]), params
		}
	}
	return "", nil
}

// says gives the header field that explains a refusal; empty for none.
func says(res *sip.Response) string {
	if res.StatusCode < 400 {
		return ""
	}
	names := []string{"Warning", "Reason"}
	switch res.StatusCode {
	case sip.StatusBadExtension: // RFC 3261 §21.4.15
		names = append([]string{"Unsupported"}, names...)
	case sip.StatusExtensionRequired: // RFC 3261 §21.4.16
		names = append([]string{"Require"}, names...)
	case sip.StatusUnsupportedMediaType: // RFC 3261 §21.4.13
		names = append([]string{"Accept"}, names...)
	}
	for _, n := range names {
		if hs := res.GetHeaders(n); len(hs) > 0 {
			return n + ": " + hs[0].Value()
		}
	}
	return ""
}

// unknown gives what is required of us that we do not know.
func unknown(req *sip.Request) string {
	var out []string
	for _, h := range req.GetHeaders("Require") {
		for _, w := range strings.Split(h.Value(), ",") {
			if w = strings.TrimSpace(w); w != "" && !strings.EqualFold(w, "100rel") && !strings.EqualFold(w, "timer") {
				out = append(out, w)
			}
		}
	}
	return strings.Join(out, ", ")
}
