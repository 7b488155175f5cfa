package load

import "bytes"

// number reads a number below 2^31 (RFC 3261 §8.1.1.5).
func number(b []byte) (uint32, bool) {
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	n := uint64(0)
	for _, c := range b {
		if !digit(c) {
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return uint32(n), n < 1<<31
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func trim(b []byte) []byte {
	for len(b) > 0 && space(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && space(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// is tells whether a name is another that is written in small letters.
func is(name []byte, small string) bool {
	if len(name) != len(small) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != small[i] {
			return false
		}
	}
	return true
}

// first gives the first value of a list (RFC 3261 §7.3.1).
func first(list []byte) []byte {
	v, _ := cut(list)
	return v
}

// cut takes the first value off a list.
func cut(list []byte) (value, rest []byte) {
	if i := comma(list); i >= 0 {
		return trim(list[:i]), list[i+1:]
	}
	return list, nil
}

// comma gives the place of the first comma between two values of a list, -1 if
// there is none: not one in a quoted string or between angles (RFC 3261 §25.1).
func comma(list []byte) int {
	quoted, angled := false, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quoted && c == '\\':
			i++ // what it quotes
		case c == '"' && !angled:
			quoted = !quoted
		case quoted:
		case c == '<':
			angled = true
		case c == '>':
			angled = false
		case c == ',' && !angled:
			return i
		}
	}
	return -1
}

// angle gives the place of the < of a name-addr, -1 if it has none. A display
// name may hold one too, in quotes.
func angle(v []byte) int {
	i := bytes.IndexByte(v, '<')
	q := bytes.IndexByte(v, '"')
	if q < 0 || i < 0 || q > i {
		return i
	}
	for j := q + 1; j < len(v); j++ {
		switch v[j] {
		case '\\':
			j++
		case '"':
			if i = bytes.IndexByte(v[j:], '<'); i < 0 {
				return -1
			}
			return i + j
		}
	}
	return -1
}

// uriOf gives the URI of the first address of a list.
func uriOf(v []byte) []byte {
	if i := angle(v); i >= 0 {
		v = v[i+1:]
		if j := bytes.IndexByte(v, '>'); j >= 0 {
			return v[:j]
		}
		return nil
	}
	if i := bytes.IndexAny(v, ";,"); i >= 0 {
		v = v[:i]
	}
	return trim(v)
}

// userOf gives the user of a SIP URI, without its parameters, nil if it has
// none.
func userOf(uri []byte) []byte {
	at := bytes.IndexByte(uri, '@')
	if at < 0 {
		return nil
	}
	uri = uri[bytes.IndexByte(uri[:at], ':')+1 : at]
	if i := bytes.IndexAny(uri, ":;"); i >= 0 {
		uri = uri[:i]
	}
	return uri
}

// tagOf gives the tag of From or To, nil if it has none.
func tagOf(v []byte) []byte {
	if i := angle(v); i >= 0 {
		j := bytes.IndexByte(v[i:], '>')
		if j < 0 {
			return nil
		}
		v = v[i+j:]
	}
	return param(v, "tag")
}

// param gives a parameter, in small letters, of what follows a value; nil if
// there is none (RFC 3261 §7.3.1).
func param(v []byte, name string) []byte {
	for {
		i := bytes.IndexByte(v, ';')
		if i < 0 {
			return nil
		}
		v = v[i+1:]
		for len(v) > 0 && space(v[0]) {
			v = v[1:]
		}
		if len(v) <= len(name) || !is(v[:len(name)], name) {
			continue
		}
		rest := v[len(name):]
		for len(rest) > 0 && space(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = trim(rest[1:])
		for i, c := range rest {
			if c == ';' || c == ',' || space(c) {
				return rest[:i]
			}
		}
		return rest
	}
}
