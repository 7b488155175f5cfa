package refswitch_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"ringproof/internal/network"
)

// course is what becomes of one call of a crowd; it stands in the number.
type course int

const (
	talks         course = iota // answered, released by the caller
	isReleased                  // answered, released by the called side
	isCancelled                 // rings, and the caller gives up
	isRefused                   // 486
	isSilent                    // the called side says nothing
	calleeGone                  // answered, and then the called side is dead
	callerGone                  // answered, and the caller is dead from then on
	noAcknowledge               // answered, and the caller never sends its ACK
	courses
)

// number of the n-th call. Every third has something happen to it.
func number(n int) string {
	c := course(n % 2)
	if n%3 == 0 {
		c = isCancelled + course(n/3%int(courses-isCancelled))
	}
	return fmt.Sprintf("8%d%06d", c, n)
}

// crowd is one side of many calls: as little of a user agent as will do, with
// no memory but its counters.
type crowd struct {
	conn   net.PacketConn
	done   sync.WaitGroup
	ended  atomic.Int64 // calls that came to an end for this side
	tag    string
	onCall func(c *crowd, m message)
}

func newCrowd(conn net.PacketConn, tag string, take func(*crowd, message)) *crowd {
	c := &crowd{conn: conn, tag: tag, onCall: take}
	c.done.Go(func() {
		buf := make([]byte, 65535)
		for {
			n, _, err := network.ReadFrom(conn, buf)
			if err != nil {
				return
			}
			take(c, message(buf[:n]))
		}
	})
	return c
}

func (c *crowd) close() {
	c.conn.Close()
	c.done.Wait()
}

// message is SIP as it came.
type message string

// header gives the first line of that name, without it.
func (m message) header(name string) string {
	_, rest, found := strings.Cut(string(m), "\r\n"+name+": ")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// code gives the status of a response, or "" for a request.
func (m message) code() string {
	if rest, ok := strings.CutPrefix(string(m), "SIP/2.0 "); ok {
		return rest[:3]
	}
	return ""
}

func (m message) method() string {
	_, method, _ := strings.Cut(m.header("CSeq"), " ")
	return method
}

// course of the call that a message belongs to, from the number in To, which
// both sides of the switch show.
func (m message) course() course {
	for _, h := range []string{"To", "From"} {
		if _, rest, ok := strings.Cut(m.header(h), "sip:8"); ok {
			return course(rest[0] - '0')
		}
	}
	return courses
}

func (c *crowd) send(lines ...string) {
	_, _ = network.WriteTo(c.conn, []byte(strings.Join(lines, "\r\n")), itself)
}

// answer responds to a request.
func (c *crowd) answer(m message, status string, body string) {
	to := m.header("To")
	if !strings.Contains(to, ";tag=") {
		to += ";tag=" + c.tag
	}
	typ := "Content-Type: application/sdp"
	if body == "" {
		typ = "Server: crowd"
	}
	c.send("SIP/2.0 "+status, "Via: "+m.header("Via"), "From: "+m.header("From"), "To: "+to, "Call-ID: "+m.header("Call-ID"),
		"CSeq: "+m.header("CSeq"), "Contact: <sip:x@"+network.Addr(c.conn).String()+">", typ, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
}

// request sends one within the dialog of a message that the other side sent.
func (c *crowd) request(m message, method, from, to, seq, branch string) {
	c.send(method+" sip:x@"+itself.String()+" SIP/2.0", "Via: SIP/2.0/UDP "+network.Addr(c.conn).String()+";branch="+branch,
		"Max-Forwards: 70", "From: "+from, "To: "+to, "Call-ID: "+m.header("Call-ID"), "CSeq: "+seq+" "+method, "Content-Length: 0", "", "")
}

func (c *crowd) description() string {
	return "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
}

// invite starts the n-th call.
func (c *crowd) invite(n int) {
	body := c.description()
	at := network.Addr(c.conn).String()
	c.send("INVITE sip:"+number(n)+"@"+itself.String()+" SIP/2.0", fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bKi%d", at, n), "Max-Forwards: 70",
		"From: <sip:6001@west.invalid>;tag=w", "To: <sip:"+number(n)+"@east.invalid>", fmt.Sprintf("Call-ID: crowd-%d", n), "CSeq: 1 INVITE",
		"Contact: <sip:6001@"+at+">", "Content-Type: application/sdp", fmt.Sprintf("Content-Length: %d", len(body)), "", body)
}

// calling is what callers do with what comes.
func calling(c *crowd, m message) {
	how, id := m.course(), m.header("Call-ID")
	branch := "z9hG4bK" + strings.Replace(id, "crowd-", "i", 1)
	line, _, _ := strings.Cut(string(m), " ")
	switch code := m.code(); {
	case code == "" && line == "BYE" && how != callerGone:
		c.answer(m, "200 OK", "")
		c.ended.Add(1)
	case code == "180" && how == isCancelled:
		to, _, _ := strings.Cut(m.header("To"), ";tag=")
		n := strings.TrimPrefix(id, "crowd-")
		c.send("CANCEL sip:"+numberOf(m)+"@"+itself.String()+" SIP/2.0", "Via: SIP/2.0/UDP "+network.Addr(c.conn).String()+";branch=z9hG4bKi"+n,
			"Max-Forwards: 70", "From: "+m.header("From"), "To: "+to, "Call-ID: "+id, "CSeq: 1 CANCEL", "Content-Length: 0", "", "")
	case code == "200" && m.method() == "INVITE" && how != callerGone && how != noAcknowledge:
		c.request(m, "ACK", m.header("From"), m.header("To"), "1", branch+"a")
		if how == talks || how == calleeGone {
			c.request(m, "BYE", m.header("From"), m.header("To"), "2", branch+"b")
		}
	case code == "200" && m.method() == "BYE":
		c.ended.Add(1)
	case code >= "300" && m.method() == "INVITE":
		c.request(m, "ACK", m.header("From"), m.header("To"), "1", branch)
		c.ended.Add(1)
	}
}

func numberOf(m message) string {
	_, rest, _ := strings.Cut(m.header("To"), "sip:")
	n, _, _ := strings.Cut(rest, "@")
	return n
}

// beingCalled is what the called side does with what comes.
func beingCalled(c *crowd, m message) {
	how := m.course()
	line, _, _ := strings.Cut(string(m), " ")
	switch {
	case how == isSilent:
	case line == "INVITE" && how == isRefused:
		c.answer(m, "486 Busy Here", "")
	case line == "INVITE" && how == isCancelled:
		c.answer(m, "180 Ringing", "")
	case line == "INVITE":
		c.answer(m, "180 Ringing", "")
		c.answer(m, "200 OK", c.description())
	case line == "CANCEL":
		c.answer(m, "200 OK", "")
		c.answer(message(strings.Replace(string(m), " CANCEL\r\n", " INVITE\r\n", 1)), "487 Request Terminated", "")
		c.ended.Add(1)
	case line == "ACK" && how == isReleased:
		c.request(m, "BYE", m.header("To"), m.header("From"), "1", "z9hG4bKe"+m.header("Call-ID"))
	case line == "BYE" && how != calleeGone:
		c.answer(m, "200 OK", "")
		c.ended.Add(1)
	case m.code() == "200" && m.method() == "BYE":
		c.ended.Add(1)
	}
}
