package record

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// What may not leave: digest responses and client nonces (RFC 7616 §3.4:
// they let a password be guessed offline), basic credentials, passwords in SIP
// URIs (RFC 3261 §19.1.1), SRTP keys (RFC 4568 §9.1, RFC 4567 §3.1, RFC 8866
// k=), ICE passwords (RFC 8839 §5.4), a server's proof of the password
// (RFC 7616 §3.5). Each is replaced by as many x as it had bytes, so that Content-Length holds.
var secrets = []secret{
	{regexp.MustCompile(`(?i)\b(?:response|cnonce|rspauth)\s*=\s*"([^"\r\n]*)`), has("response", "cnonce", "rspauth")},
	{regexp.MustCompile(`(?im)^(?:proxy-)?authorization\s*:\s*basic\s+(\S+)`), has("basic")},
	{regexp.MustCompile(`(?i)\bsips?:[^:@;>\s]+:([^@>\s]+)@`), colonBeforeAt},
	{regexp.MustCompile(`(?i)\binline:([^|;\s]+)`), has("inline:")},
	{regexp.MustCompile(`(?im)^k=(\S+)`), has("k=")},
	{regexp.MustCompile(`(?im)^a=key-mgmt:\s*\S+\s+(\S+)`), has("a=key-mgmt:")},
	{regexp.MustCompile(`(?im)^a=ice-pwd:\s*(\S+)`), has("a=ice-pwd:")},
}

// secret finds one kind of secret: its first group. Most messages have none,
// and maybe rules that out at little cost, from the message in lower case.
type secret struct {
	*regexp.Regexp
	maybe func(lower string) bool
}

func has(words ...string) func(string) bool {
	return func(lower string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) })
	}
}

// colonBeforeAt tells whether a word before an @ has two colons or more: that
// of the scheme, and one before a password.
func colonBeforeAt(lower string) bool {
	for word := range strings.FieldsFuncSeq(lower, func(r rune) bool { return r == ' ' || r == '<' || r == '\r' || r == '\n' }) {
		if at := strings.LastIndex(word, "@"); at > 0 && strings.Count(word[:at], ":") > 1 {
			return true
		}
	}
	return false
}

// Redact removes secrets from a SIP message's text.
func Redact(s string) string {
	lower := strings.ToLower(s)
	for _, re := range secrets {
		if !re.maybe(lower) {
			continue
		}
		for _, at := range re.FindAllStringSubmatchIndex(s, -1) {
			s = s[:at[2]] + strings.Repeat("x", at[3]-at[2]) + s[at[3]:]
		}
	}
	return s
}

// shortest is the length from which a literal secret is searched for: shorter
// ones would strike out numbers and words that merely look alike.
const shortest = 6

// literal is a JSON string, with the colon behind it where it is a name.
var literal = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(?:\s*:)?`)

// hide strikes literal secrets out of JSON: out of its values that are strings
// alone, for a password may look like a number or be called like a field.
func hide(b []byte, words []string) []byte {
	var found [][]byte
	for _, w := range words {
		q, err := json.Marshal(w)
		if err != nil || len(w) < shortest {
			continue
		}
		if q = q[1 : len(q)-1]; bytes.Contains(b, q) {
			found = append(found, q)
		}
	}
	if found == nil {
		return b
	}
	// The longest first: one may be the start of another.
	slices.SortFunc(found, func(a, b []byte) int { return len(b) - len(a) })
	return literal.ReplaceAllFunc(b, func(s []byte) []byte {
		if s[len(s)-1] == ':' {
			return s
		}
		for _, q := range found {
			s = bytes.ReplaceAll(s, q, bytes.Repeat([]byte("x"), len(q)))
		}
		return s
	})
}

// hideText does the same to plain text.
func hideText(s string, words []string) string {
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(hide(b, words), &s)
	}
	if err != nil {
		return "" // cannot be: a string is always JSON
	}
	return s
}
