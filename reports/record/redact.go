package record

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// What may not leave: digest responses and client nonces (RFC 7616 §3.4:
// they let a password be guessed offline), passwords in SIP URIs
// (RFC 3261 §19.1.1), SRTP keys (RFC 4568 §9.1, RFC 8866 k=). Each is
// replaced by as many x as it had characters, so that Content-Length holds.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\b(?:response|cnonce)\s*=\s*"([^"]*)"`),
	regexp.MustCompile(`(?i)\bsips?:[^:@;>\s]+:([^@>\s]+)@`),
	regexp.MustCompile(`(?im)^a=crypto:.*?inline:([^|\s]+)`),
	regexp.MustCompile(`(?im)^k=(\S+)`),
}

// Redact removes secrets from a SIP message's text.
func Redact(s string) string {
	for _, re := range secrets {
		for _, at := range re.FindAllStringSubmatchIndex(s, -1) {
			s = s[:at[2]] + strings.Repeat("x", at[3]-at[2]) + s[at[3]:]
		}
	}
	return s
}

// shortest is the length from which a literal secret is searched for: shorter
// ones would strike out numbers and words that merely look alike.
const shortest = 6

// hide strikes literal secrets out of anything that is written as JSON.
func hide(b []byte, words []string) []byte {
	for _, w := range words {
		if len(w) < shortest {
			continue
		}
		q, err := json.Marshal(w)
		if err != nil {
			continue
		}
		q = bytes.Trim(q, `"`)
		b = bytes.ReplaceAll(b, q, bytes.Repeat([]byte("x"), len(q)))
	}
	return b
}
