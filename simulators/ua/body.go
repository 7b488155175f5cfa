package ua

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
)

// accept lists the types of bodies that we understand (RFC 3261 §20.1).
const accept = sdp.ContentType + ", multipart/mixed, multipart/alternative"

// deepest is how many multiparts are looked into, one within the other.
const deepest = 3

// body is the body of a message, or a part of one, and what it says of itself
// (RFC 5621 §8).
type body struct {
	kind     string // its type, in lower case
	boundary string // of a multipart
	purpose  string // disposition type: session for a description
	optional bool   // it may be left unread
	octets   []byte
}

// message is what requests and responses have in common.
type message interface {
	fields
	Body() []byte
	ContentType() *sip.ContentTypeHeader
}

func bodyOf(m message) body {
	kind, disposition := "", ""
	if h := m.ContentType(); h != nil {
		kind = h.Value()
	}
	if hs := m.GetHeaders("Content-Disposition"); len(hs) > 0 {
		disposition = hs[0].Value()
	}
	return newBody(kind, disposition, m.Body())
}

// newBody reads the headers of a body. One of no type is taken for a
// description; without a word of its disposition that is the session's, and
// anything must be understood (RFC 3261 §20.11).
func newBody(kind, disposition string, octets []byte) body {
	t, params := typed(cmp.Or(kind, sdp.ContentType))
	b := body{kind: t, boundary: params["boundary"], octets: octets}
	b.purpose, params = typed(disposition)
	b.optional = strings.EqualFold(params["handling"], "optional")
	return b
}

// typed reads a value and its parameters, also where those are odd.
func typed(value string) (string, map[string]string) {
	t, params, err := mime.ParseMediaType(value)
	if err != nil {
		t, _, _ = strings.Cut(value, ";")
	}
	return strings.ToLower(strings.TrimSpace(t)), params
}

func (b *body) multipart() bool { return strings.HasPrefix(b.kind, "multipart/") }

func (b *body) isDescription() bool {
	return b.kind == sdp.ContentType && (b.purpose == "" || b.purpose == "session")
}

// parts gives the parts of a multipart; none where it cannot be read.
func (b *body) parts() []body {
	var out []body
	r := multipart.NewReader(bytes.NewReader(b.octets), b.boundary)
	for {
		p, err := r.NextRawPart()
		if err != nil {
			return out
		}
		octets, err := io.ReadAll(p)
		if err != nil {
			return out
		}
		out = append(out, newBody(cmp.Or(p.Header.Get("Content-Type"), "text/plain"), p.Header.Get("Content-Disposition"), octets))
	}
}

// description gives the session description of a message, be it a part of its
// body; nil where there is none.
func description(m message) []byte {
	b := bodyOf(m)
	return b.description(deepest)
}

// description looks for the session description: in a multipart/alternative
// the last that we understand (RFC 2046 §5.1.4), in any other multipart the
// first, as if it were multipart/mixed (RFC 5621 §4.2).
func (b *body) description(depth int) (found []byte) {
	switch {
	case len(b.octets) == 0 || depth == 0:
		return nil
	case b.isDescription():
		if !bytes.HasSuffix(b.octets, []byte("\n")) { // the line's end went with the boundary
			return append(bytes.Clone(b.octets), "\r\n"...)
		}
		return b.octets
	case !b.multipart():
		return nil
	}
	for _, p := range b.parts() {
		if d := p.description(depth - 1); d != nil {
			if found = d; b.kind != "multipart/alternative" {
				break
			}
		}
	}
	return found
}

// strange gives what in the body of a request must be understood and is not;
// empty for nothing (RFC 3261 §8.2.3, RFC 5621 §8.1).
func strange(req *sip.Request) string {
	b := bodyOf(req)
	return b.strange(deepest)
}

func (b *body) strange(depth int) string {
	switch {
	case len(b.octets) == 0 || b.optional || b.isDescription():
		return ""
	case b.multipart() && depth > 0:
		return b.strangePart(depth)
	case b.kind == sdp.ContentType:
		return b.kind + " as " + b.purpose
	}
	return b.kind
}

// strangePart looks through a multipart. Of alternatives one is enough.
func (b *body) strangePart(depth int) string {
	parts := b.parts()
	if len(parts) == 0 {
		return b.kind + " without parts"
	}
	first := ""
	for _, p := range parts {
		s := p.strange(depth - 1)
		if s == "" && b.kind == "multipart/alternative" {
			return ""
		}
		first = cmp.Or(first, s)
	}
	return first
}
