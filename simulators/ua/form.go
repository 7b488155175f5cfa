package ua

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
	"ringproof/reports/record"
)

// What messages of the other side have to say, whatever they are about.

// typed notes a body whose type is not said (RFC 3261 §20.15).
func (c *Call) typed(m *wire.Message) {
	switch {
	case m.Request != nil && len(m.Request.Body()) > 0 && m.Request.ContentType() == nil:
		c.lacks(string(m.Request.Method), "Content-Type", 0)
	case m.Response != nil && len(m.Response.Body()) > 0 && m.Response.ContentType() == nil:
		c.lacks(nameOf(m.Response), "Content-Type", 0)
	}
}

// lacks notes a header field that a message has not once; a copy is no more
// news.
func (c *Call) lacks(message, field string, count int) {
	l := record.Lack{Message: message, Field: field, Count: count}
	c.note(func(f *record.Attempt) {
		if !slices.Contains(f.Lacks, l) {
			f.Lacks = append(f.Lacks, l)
		}
	})
}

// describes notes a description of the other side, by its o= line and a digest
// of all others (RFC 3264 §8).
func (c *Call) describes(message string, body []byte) {
	text := string(body)
	at := strings.Index("\n"+text, "\no=")
	if at < 0 {
		return
	}
	origin, after, _ := strings.Cut(text[at:], "\n")
	words := strings.Fields(strings.TrimPrefix(origin, "o="))
	if len(words) < 3 {
		return
	}
	version, err := strconv.ParseUint(words[2], 10, 64)
	if err != nil {
		return
	}
	sum := sha256.Sum256([]byte(text[:at] + after))
	c.note(func(f *record.Attempt) {
		f.Described = append(f.Described, record.Description{
			At: c.now(), Message: message, Session: words[0] + " " + words[1], Version: version, Rest: hex.EncodeToString(sum[:4]),
		})
	})
}

// nameOf names a response: "200 to INVITE".
func nameOf(res *sip.Response) string {
	return fmt.Sprintf("%d to %s", res.StatusCode, res.CSeq().MethodName)
}
