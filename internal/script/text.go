package script

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// placeholder is a name in angle brackets; <sip:...> is none.
var placeholder = regexp.MustCompile(`<[a-z][a-z0-9-]*>`)

const (
	length   = "<length>"
	anything = "<any>"
)

// fill writes the message of a send step, or names the placeholder that has
// no value and its line, counted from 0.
func fill(text string, values map[string]string) (msg string, missing string, line int) {
	for i, l := range strings.Split(text, "\n") {
		for _, name := range placeholder.FindAllString(l, -1) {
			if _, ok := values[name]; !ok && name != length {
				return "", name, i
			}
		}
	}
	text = placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if name == length {
			return name
		}
		return values[name]
	})
	head, body, _ := strings.Cut(text, "\n\n")
	head = crlf(strings.TrimRight(head, "\n")) + "\r\n\r\n"
	if body = strings.Trim(body, "\n"); body != "" {
		body = crlf(body) + "\r\n"
	}
	return strings.Replace(head, length, strconv.Itoa(len(body)), 1) + body, "", 0
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// is tells whether a message is of the method, or has the status code.
func is(msg, kind string) bool {
	return strings.HasPrefix(msg, kind+" ") || strings.HasPrefix(msg, "SIP/2.0 "+kind+" ")
}

// match holds the lines of a recv step against a message. It gives the values
// with those captured, or the first line that no line of the message is like
// and its number, counted from 0.
func match(text, msg string, values map[string]string) (captured map[string]string, unmet string, line int) {
	captured = maps.Clone(values)
	lines := strings.Split(msg, "\r\n")
	for i, want := range strings.Split(text, "\n") {
		if want != "" && !capture(want, lines, captured) {
			return nil, want, i
		}
	}
	return captured, "", 0
}

// capture finds the first line that is as wanted and keeps its values.
func capture(want string, lines []string, values map[string]string) bool {
	var names []string
	pattern, rest := "^", want
	for _, at := range placeholder.FindAllStringIndex(want, -1) {
		name := want[at[0]:at[1]]
		pattern += regexp.QuoteMeta(rest[:at[0]-(len(want)-len(rest))])
		rest = want[at[1]:]
		switch value, known := values[name]; {
		case name == anything:
			pattern += ".*"
		case known:
			pattern += regexp.QuoteMeta(value)
		default:
			names = append(names, name)
			pattern += "(.+?)"
		}
	}
	like := regexp.MustCompile(pattern + regexp.QuoteMeta(rest) + "$")
	for _, l := range lines {
		if found := like.FindStringSubmatch(l); found != nil {
			for i, name := range names {
				values[name] = found[i+1]
			}
			return true
		}
	}
	return false
}

// quoted shows a message in an error, indented.
func quoted(msg string) string {
	return fmt.Sprintf("\n\t%s", strings.ReplaceAll(strings.TrimRight(msg, "\r\n"), "\r\n", "\n\t"))
}
