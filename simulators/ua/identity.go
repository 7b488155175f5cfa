package ua

import (
	"regexp"

	"github.com/emiago/sipgo/sip"

	"ringproof/reports/record"
)

// naming are the headers in which a caller may be named (RFC 3261 §20, RFC
// 3325 §9, RFC 5806, RFC 7044, RFC 3892).
func naming() []string {
	return []string{
		"From", "Contact", "Reply-To", "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID",
		"Diversion", "History-Info", "Referred-By",
	}
}

// userOf finds the user, or the number of a tel URI, in a header's value.
var userOf = regexp.MustCompile(`(?i)\b(?:sips?:([^@;>,\s]+)@|tel:([^;>,\s]+))`)

// identityOf reads what an INVITE says of its caller.
func identityOf(req *sip.Request) *record.Identity {
	id := &record.Identity{From: req.From().Address.String(), Hops: hopsOf(req)}
	if h := req.GetHeader("Privacy"); h != nil {
		id.Privacy = h.Value()
	}
	for _, name := range naming() {
		for _, h := range req.GetHeaders(name) {
			id.Shown = append(id.Shown, name+": "+h.Value())
			if name != "P-Asserted-Identity" {
				continue
			}
			for _, m := range userOf.FindAllStringSubmatch(h.Value(), -1) {
				id.Asserted = append(id.Asserted, m[1]+m[2])
			}
		}
	}
	return id
}
