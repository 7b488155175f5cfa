package bridge

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/sdp"
)

// Accept lists the bodies that the switch understands (RFC 3261 §20.1).
const Accept = sdp.ContentType + ", multipart/mixed, multipart/alternative"

// content is what was found in a body: the session's description, and the
// type of what must be understood and is not (RFC 5621 §8.1).
type content struct {
	description []byte
	unknown     string
}

// Unread gives the type of what in the body of a request must be understood
// and is not, to be refused with 415; empty for nothing (RFC 3261 §8.2.3).
func Unread(req *sip.Request) string { return read(req).unknown }

// described gives the session description in a message, nil for none. Other
// parts of a body end here: the switch passes descriptions on, and no more.
func described(m message) []byte { return read(m).description }

// message is what requests and responses have in common.
type message interface {
	headers
	Body() []byte
	ContentType() *sip.ContentTypeHeader
}

func read(m message) content {
	head := textproto.MIMEHeader{}
	head.Set("Content-Type", sdp.ContentType)
	if h := m.ContentType(); h != nil {
		head.Set("Content-Type", h.Value())
	}
	if h := m.GetHeader("Content-Disposition"); h != nil {
		head.Set("Content-Disposition", h.Value())
	}
	return open(head, m.Body(), 0)
}

// mostNested bounds multiparts within multiparts.
const mostNested = 4

func open(head textproto.MIMEHeader, octets []byte, nested int) content {
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	use, handling, _ := mime.ParseMediaType(head.Get("Content-Disposition"))
	if kind == "" { // RFC 2046 §5.1
		kind = "text/plain"
	}
	c := content{unknown: kind}
	switch {
	case len(octets) == 0:
		return content{}
	case kind == sdp.ContentType && (use == "" || use == "session"):
		return content{description: whole(octets)}
	case err == nil && strings.HasPrefix(kind, "multipart/") && nested < mostNested:
		c = unpack(kind, params["boundary"], octets, nested)
	}
	if strings.EqualFold(handling["handling"], "optional") {
		c.unknown = "" // RFC 3261 §20.11
	}
	return c
}

// unpack opens the parts of a multipart: of alternatives the last that is
// understood (RFC 2046 §5.1.4), else all (RFC 5621 §4.2, §5).
func unpack(kind, boundary string, octets []byte, nested int) content {
	r := multipart.NewReader(bytes.NewReader(octets), boundary)
	all := content{unknown: kind}
	for n := 0; ; n++ {
		p, err := r.NextRawPart()
		if err != nil {
			return all
		}
		octets, _ := io.ReadAll(p) // what ends early is what there is
		part := open(p.Header, octets, nested+1)
		switch {
		case n == 0:
			all = part
		case kind == "multipart/alternative":
			if part.unknown == "" {
				all = part
			}
		default:
			all.join(part)
		}
	}
}

// join adds a further part: the first description is the session's.
func (c *content) join(part content) {
	if c.description == nil {
		c.description = part.description
	}
	if c.unknown == "" {
		c.unknown = part.unknown
	}
}

// whole gives a description its last line's end back, which in a multipart is
// the boundary's.
func whole(octets []byte) []byte {
	if bytes.HasSuffix(octets, []byte("\n")) {
		return octets
	}
	return append(bytes.Clone(octets), "\r\n"...)
}
