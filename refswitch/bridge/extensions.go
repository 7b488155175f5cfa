package bridge

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Allow lists the methods of the switch (RFC 3261 §20.5).
const Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER"

// extensions are the option tags that the switch knows.
const extensions = "100rel, timer"

// Unsupported gives the option tags of Require that the switch does not know,
// as a 420 lists them; empty where there are none (RFC 3261 §8.2.2.3).
func Unsupported(req *sip.Request) string {
	var out []string
	for _, tag := range tokens(req, "Require") {
		if tag != "100rel" && tag != "timer" {
			out = append(out, tag)
		}
	}
	return strings.Join(out, ", ")
}

// supports tells whether the sender knows an option tag.
func supports(m headers, tag string) bool { return has(m, "Supported", tag) || has(m, "k", tag) }

// introduce puts our contact and what we can into a request or a response
// that opens or refreshes a dialog.
func (c *Call) introduce(m interface{ AppendHeader(sip.Header) }) {
	m.AppendHeader(&sip.ContactHeader{Address: c.cfg.Contact})
	m.AppendHeader(sip.NewHeader("Allow", Allow))
	m.AppendHeader(sip.NewHeader("Supported", extensions))
}
