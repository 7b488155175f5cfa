package registrar

import (
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// RFC 6140: one REGISTER for all numbers of an account.
const (
	bnc = "bnc" // the URI parameter of a bulk contact
	gin = "gin" // the option tag
)

// understood refuses extensions that a REGISTER requires and that are not
// there (RFC 3261 §8.2.2.3); gin is there for accounts with bulk registration.
func understood(req *sip.Request, terms Terms) error {
	for _, tag := range tags(req, "Require") {
		if tag == "path" || tag == gin && terms.Bulk {
			continue
		}
		return &RefusedError{Code: badExtension, Header: "Unsupported", Value: tag, Why: "Require: " + tag}
	}
	return nil
}

// bulk tells whether a contact stands for all numbers of its account. It must
// say so in the way of RFC 6140 §5.2: the host alone, and gin required.
func bulk(req *sip.Request, u *sip.Uri) (bool, error) {
	if !u.UriParams.Has(bnc) {
		return false, nil
	}
	switch {
	case u.User != "":
		return false, &RefusedError{Code: sip.StatusBadRequest, Why: "a bulk contact with a user (RFC 6140 §5.2)"}
	case u.UriParams.Has("user"):
		return false, &RefusedError{Code: sip.StatusBadRequest, Why: "a bulk contact with a user parameter (RFC 6140 §5.2)"}
	case !slices.Contains(tags(req, "Require"), gin):
		return false, &RefusedError{Code: sip.StatusBadRequest, Why: "a bulk contact without Require: gin (RFC 6140 §5.2)"}
	}
	return true, nil
}

// tags gives the option tags of a header field.
func tags(req *sip.Request, name string) []string {
	var out []string
	for _, h := range req.GetHeaders(name) {
		for _, t := range strings.Split(h.Value(), ",") {
			if t = strings.ToLower(strings.TrimSpace(t)); t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}
