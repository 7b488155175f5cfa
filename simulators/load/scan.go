package load

import "bytes"

// method is a SIP method that the engine tells from others.
type method uint8

const (
	noMethod method = iota // a response
	invite
	ack
	bye
	cancel
	options
	register
	update
	prack
	info
	otherMethod
)

// message is a SIP message as far as the engine needs it. Its fields are parts
// of the datagram: values as they stand, folds and all, which may be copied
// into another message as they are (RFC 3261 §7.3.1).
type message struct {
	method method // of a request
	status int    // of a response
	uri    []byte // of a request

	via     [most][]byte // values, each of one or more
	vias    int
	route   [most][]byte // Record-Route
	routes  int
	from    []byte
	to      []byte
	callID  []byte
	cseq    []byte // "1 INVITE"
	number  uint32 // of cseq
	of      method // of cseq
	contact []byte // the first URI, without parameters of the header
	// contacts are all the Contact lines, up to most: the bindings of a 2xx
	// to REGISTER.
	contacts [most][]byte
	bound    int
	expires  int64  // in seconds, -1 if there is none
	auth     []byte // the first challenge that we can answer, or the first
	proxy    bool   // it is Proxy-Authenticate
	retry    int64  // Retry-After in seconds, -1 if there is none
	body     []byte
}

// most is how many Via and how many Record-Route lines a message may have.
const most = 16

// SyntaxError says why a datagram is no SIP message.
type SyntaxError struct{ What string }

func (e *SyntaxError) Error() string { return "no SIP message: " + e.What }

// The errors are values: a crowd of broken messages costs no memory.
var (
	errStart   = &SyntaxError{"no start line"}
	errLine    = &SyntaxError{"a header line without a colon"}
	errEnd     = &SyntaxError{"no empty line after the header"}
	errMissing = &SyntaxError{"Via, From, To, Call-ID or CSeq is missing"}
	errCSeq    = &SyntaxError{"a CSeq that is none"}
	errTwice   = &SyntaxError{"a header that stands once stands twice"}
	errMany    = &SyntaxError{"too many Via or Record-Route lines"}
	errLength  = &SyntaxError{"Content-Length and the datagram differ"}
)

// scan reads a datagram into m. Compact forms, folded lines and lists are
// understood (RFC 3261 §7.3.1, §7.3.3).
func scan(b []byte, m *message) error {
	m.reset()
	at := bytes.IndexByte(b, '\n') + 1
	if at == 0 {
		return errStart
	}
	if err := m.start(trim(b[:at])); err != nil {
		return err
	}
	length := -1
	for {
		line, next, ok := header(b, at)
		if !ok {
			return errEnd
		}
		at = next
		if len(line) == 0 {
			return m.finish(b[at:], length)
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 {
			return errLine
		}
		if err := m.header(trim(line[:colon]), trim(line[colon+1:]), &length); err != nil {
			return err
		}
	}
}

// header gives the header line that begins at a place, with the lines that
// are folded into it, and where the next begins. It is empty where the header
// ends.
func header(b []byte, at int) (line []byte, next int, ok bool) {
	for next = at; ; {
		i := bytes.IndexByte(b[next:], '\n')
		if i < 0 {
			return nil, 0, false
		}
		end := next + i
		next = end + 1
		if end > at && b[end-1] == '\r' {
			end--
		}
		if end == at || next == len(b) || b[next] != ' ' && b[next] != '\t' {
			return b[at:end], next, true
		}
	}
}

// reset forgets all but what stays valid only by its count.
func (m *message) reset() {
	m.method, m.status, m.uri = noMethod, 0, nil
	m.vias, m.routes, m.bound = 0, 0, 0
	m.from, m.to, m.callID, m.cseq, m.number, m.of = nil, nil, nil, nil, 0, noMethod
	m.contact, m.auth, m.proxy, m.retry, m.expires, m.body = nil, nil, false, -1, -1, nil
}

// start reads the start line.
func (m *message) start(line []byte) error {
	const version = "SIP/2.0"
	if len(line) >= len(version)+4 && string(line[:len(version)]) == version {
		code := line[len(version)+1:]
		if line[len(version)] != ' ' || code[0] < '1' || code[0] > '6' || !digit(code[1]) || !digit(code[2]) || len(code) > 3 && code[3] != ' ' {
			return errStart
		}
		m.status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
		return nil
	}
	i, j := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
	if i <= 0 || j <= i+1 || string(line[j+1:]) != version {
		return errStart
	}
	m.method, m.uri = methodOf(line[:i]), line[i+1:j]
	return nil
}

func methodOf(b []byte) method {
	switch string(b) {
	case "INVITE":
		return invite
	case "ACK":
		return ack
	case "BYE":
		return bye
	case "CANCEL":
		return cancel
	case "OPTIONS":
		return options
	case "REGISTER":
		return register
	case "UPDATE":
		return update
	case "PRACK":
		return prack
	case "INFO":
		return info
	}
	return otherMethod
}

// header takes one header. Which it is is told by its length first.
func (m *message) header(name, value []byte, length *int) error {
	switch len(name) {
	case 1:
		return m.compact(name[0]|0x20, value, length)
	case 2:
		if is(name, "to") {
			return once(&m.to, value)
		}
	case 3:
		if is(name, "via") {
			return m.addVia(value)
		}
	case 4:
		switch {
		case is(name, "from"):
			return once(&m.from, value)
		case is(name, "cseq"):
			return once(&m.cseq, value)
		}
	case 7:
		switch {
		case is(name, "call-id"):
			return once(&m.callID, value)
		case is(name, "contact"):
			m.addContact(value)
		case is(name, "expires"):
			if n, ok := number(value); ok {
				m.expires = int64(n)
			}
		}
	case 11:
		if is(name, "retry-after") {
			m.retryAfter(value)
		}
	case 12:
		if is(name, "record-route") {
			return m.addRoute(value)
		}
	case 14:
		if is(name, "content-length") {
			return contentLength(value, length)
		}
	case 16:
		if is(name, "www-authenticate") {
			m.challenged(value, false)
		}
	case 18:
		if is(name, "proxy-authenticate") {
			m.challenged(value, true)
		}
	}
	return nil
}

// compact takes a header by its compact form (RFC 3261 §7.3.3).
func (m *message) compact(name byte, value []byte, length *int) error {
	switch name {
	case 'v':
		return m.addVia(value)
	case 'f':
		return once(&m.from, value)
	case 't':
		return once(&m.to, value)
	case 'i':
		return once(&m.callID, value)
	case 'm':
		m.addContact(value)
	case 'l':
		return contentLength(value, length)
	}
	return nil
}

func (m *message) addRoute(value []byte) error {
	if m.routes == most {
		return errMany
	}
	m.route[m.routes] = value
	m.routes++
	return nil
}

func (m *message) addVia(value []byte) error {
	if m.vias == most {
		return errMany
	}
	m.via[m.vias] = value
	m.vias++
	return nil
}

func (m *message) addContact(value []byte) {
	if m.bound < most {
		m.contacts[m.bound] = value
		m.bound++
	}
	if m.contact == nil {
		m.contact = uriOf(value)
	}
}

// challenged keeps the first challenge whose algorithm we can answer: the
// server puts first what it likes best (RFC 8760 §2.4).
func (m *message) challenged(value []byte, proxy bool) {
	if m.auth != nil {
		if _, ok := read(m.auth); ok {
			return
		}
	}
	m.auth, m.proxy = value, proxy
}

// putsOff tells whether a response refuses a request for now, and for how long in
// ns: no longer than a transaction may take (RFC 3261 §21.5.4).
func (m *message) putsOff() (wait int64, ok bool) {
	return m.retry * 1e9, m.status == 503 && m.retry >= 0 && m.retry <= timerB/1e9
}

// retryAfter takes what stands before a comment or a parameter (RFC 3261
// §20.33).
func (m *message) retryAfter(value []byte) {
	if i := bytes.IndexAny(value, "(; "); i >= 0 {
		value = value[:i]
	}
	if n, ok := number(value); ok {
		m.retry = int64(n)
	}
}

func (m *message) finish(body []byte, length int) error {
	if m.vias == 0 || len(m.from) == 0 || len(m.to) == 0 || len(m.callID) == 0 || len(m.cseq) == 0 {
		return errMissing
	}
	n := 0
	for n < len(m.cseq) && digit(m.cseq[n]) {
		n++
	}
	number, ok := number(m.cseq[:n])
	rest := trim(m.cseq[n:])
	if !ok || len(rest) == 0 || n == len(m.cseq)-len(rest) || m.method != noMethod && m.method != otherMethod && methodOf(rest) != m.method {
		return errCSeq
	}
	m.number, m.of = number, methodOf(rest)
	if length > len(body) {
		return errLength
	}
	if length >= 0 { // what follows is to be ignored, RFC 3261 §18.3
		body = body[:length]
	}
	m.body = body
	return nil
}

func once(field *[]byte, value []byte) error {
	if *field != nil {
		return errTwice
	}
	*field = value
	return nil
}

func contentLength(value []byte, length *int) error {
	n, ok := number(value)
	if !ok || *length >= 0 {
		return errLength
	}
	*length = int(n)
	return nil
}
