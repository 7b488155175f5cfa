package bridge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ringproof/refswitch/internal/seam"
)

// Origin is who calls.
type Origin struct {
	Trunk bool   // a trunk peer, or else an account
	Name  string // of the trunk or the account
	// Asserted is the number that is known to be the caller's: an account's
	// own, or what a trunk asserts whose word counts (RFC 3325 §5).
	Asserted string
	// Private says that the caller wants the number kept (RFC 3325 §7).
	Private bool
}

func (o Origin) leg() seam.Leg { return seam.Leg{Trunk: o.Trunk} }

// anonymous is the host of a caller without a name (RFC 3323 §4.1.1.3).
const anonymous = "anonymous.invalid"

// Anonymous tells whether a request does not say who it is from.
func Anonymous(req *sip.Request) bool {
	return strings.EqualFold(req.From().Address.Host, anonymous)
}

// WantsPrivacy tells whether a caller wants the number kept: privacy of the
// kind id (RFC 3325 §9.3) or user (RFC 3323 §4.2).
func WantsPrivacy(req *sip.Request) bool {
	for _, h := range req.GetHeaders("Privacy") {
		for kind := range strings.SplitSeq(strings.ToLower(h.Value()), ";") {
			if slices.Contains([]string{"id", "user"}, strings.TrimSpace(kind)) {
				return true
			}
		}
	}
	return false
}

// number finds the user of a URI in a header of RFC 3325 §9.
var number = regexp.MustCompile(`(?i)\b(?:sips?:([^@;>,\s]+)@|tel:([^;>,\s]+))`)

// Claimed gives the first number in the headers of that name, "" for none.
func Claimed(req *sip.Request, header string) string {
	for _, h := range req.GetHeaders(header) {
		if m := number.FindStringSubmatch(h.Value()); m != nil {
			return m[1] + m[2]
		}
	}
	return ""
}

// identify says in an INVITE who calls, as far as the target may know: the
// number in the form that it is shown there, and the asserted identity where
// it is trusted with it.
func (c *Call) identify(req *sip.Request, t Target) {
	in, h := c.invite.Request(), c.cfg.Hooks
	from := req.From()
	private := c.origin.Private && h.Private(t.Identity)
	switch user := in.From().Address.User; {
	case private, Anonymous(in) && !c.origin.Private:
		from.DisplayName, from.Address = "Anonymous", sip.Uri{Scheme: "sip", User: "anonymous", Host: anonymous}
	case c.origin.Private: // a fault: the wish is ignored
		from.Address.User = t.Caller.Apply(c.origin.Asserted)
	default:
		form := t.Caller
		if h.KeepsForm() {
			form = c.route.Targets[0].Caller
		}
		from.DisplayName = in.From().DisplayName
		from.Address.User = h.Caller(c.origin.leg(), t.leg(), form.Apply(user))
	}
	if c.origin.Private && h.TellsPrivacy(t.Identity) {
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
	if t.Identity && c.origin.Asserted != "" && h.Assert() {
		u := sip.Uri{Scheme: "sip", User: t.Caller.Apply(c.origin.Asserted), Host: c.cfg.Domain}
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", "<"+u.String()+">"))
	}
}
