package bridge

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// origin is the session that a leg's descriptions stay part of, when those of
// another party are passed on in its dialog, or ours take their place: its o= line changes in nothing
// but the version, which rises with every change (RFC 3264 §8).
type origin struct {
	owner   string // user and session id
	version uint64
	rest    []byte // the other lines, as last said
}

// keep has the leg's descriptions stay part of the session that it knows.
func (l *leg) keep() {
	if l.origin != nil {
		return
	}
	if words, rest := parted(l.said); len(words) == 6 {
		v, _ := strconv.ParseUint(words[2], 10, 64) // what cannot be read rises from 0
		l.origin = &origin{words[0] + " " + words[1], v, rest}
	}
}

// own gives a description as one of the leg's own session.
func (l *leg) own(body []byte) []byte {
	words, rest := parted(body)
	if l.origin == nil || len(words) != 6 {
		return body
	}
	if !bytes.Equal(rest, l.origin.rest) {
		l.origin.version++
		l.origin.rest = rest
	}
	line := fmt.Sprintf("o=%s %d %s", l.origin.owner, l.origin.version, strings.Join(words[3:], " "))
	return bytes.Replace(body, []byte("o="+strings.Join(words, " ")), []byte(line), 1)
}

// parted gives the words of a description's o= line (RFC 8866 §5.2), and all
// other lines.
func parted(body []byte) (words []string, rest []byte) {
	for line := range bytes.Lines(body) {
		if after, ok := bytes.CutPrefix(line, []byte("o=")); ok && words == nil {
			words = strings.Fields(string(after))
			continue
		}
		rest = append(rest, line...)
	}
	return words, rest
}
