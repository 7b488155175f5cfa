package load

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
)

// noise gives what a broken or hostile peer may send in the place of a
// response, from the peer's own address.
func noise(rnd *rand.Rand, real string) []string {
	random := make([]byte, rnd.IntN(2000))
	for i := range random {
		random[i] = byte(rnd.Uint32())
	}
	branch := real[strings.Index(real, "branch="):]
	branch = branch[:strings.Index(branch, "\r\n")]
	id, length := lineOf(real, "Call-ID"), lineOf(real, "Content-Length")
	return []string{
		string(random),
		real[:rnd.IntN(len(real)-4)], // cut off
		strings.TrimSuffix(real, "\r\n"),
		strings.Replace(real, id, "Call-ID: someone@else", 1),
		strings.Replace(real, id, strings.Replace(id, "Call-ID: 0", "Call-ID: f", 1), 1),
		strings.Replace(real, branch, "branch=z9hG4bKi7fffffff00000001", 1), // a slot that there is not
		strings.Replace(real, branch, branch[:len(branch)-1]+"z", 1),
		strings.Replace(real, branch, "branch="+strings.Repeat("x", 3000), 1),
		strings.Replace(real, "SIP/2.0 200", "SIP/2.0 2x0", 1),
		strings.Replace(real, "SIP/2.0", "SIP/3.0", 1),
		strings.Replace(real, length, "Content-Length: 99999", 1),
		strings.Replace(real, length, length+"\r\nContent-Length: 1", 1),
		strings.Replace(real, length, "Content-Length: -1", 1),
		strings.Replace(real, "CSeq: 1", "CSeq: 99999999999", 1),
		strings.Replace(real, "\r\nVia: ", strings.Repeat("\r\nVia: SIP/2.0/UDP h", 40)+"\r\nVia: ", 1),
		strings.Replace(real, "\r\nVia: ", strings.Repeat("\r\nX: y", 500)+"\r\n: \r\nVia: ", 1),
		"\x00\x00\x00\x00", "\r\n\r\n", "", strings.Repeat("A", 4000), "SIP/2.0 200 OK\r\n\r\n",
	}
}

// However much of it comes between, each real call comes to its end, all that
// was not SIP is counted, and nothing grows.
func TestHostileNoiseSpoilsNoCall(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	sent := 0
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early uint64
	c, f := place(t, Until(Constant(200), 2000, 0), 100*time.Millisecond, func(f *fake, _ netip.AddrPort, text string) {
		if !strings.HasPrefix(text, "INVITE") && !strings.HasPrefix(text, "BYE") {
			return
		}
		real := respond(t, text, "200 OK")
		for _, n := range noise(rnd, real) {
			f.deliver(time.Millisecond, n)
			sent++
		}
		f.deliver(time.Millisecond, real)
		f.sent = f.sent[:0]
		if sent > 20_000 && early == 0 {
			early = heap()
		}
	})
	if c.m.Completed != 2000 || c.m.Refused+c.m.TimedOut+c.m.ByeTimedOut+c.m.ByeRefused+c.m.Retransmitted != 0 {
		t.Errorf("%s", counts(c))
	}
	if c.m.Broken < 10*2*2000 || c.m.Stray < 3*2*2000 {
		t.Errorf("%d broken and %d stray of %d", c.m.Broken, c.m.Stray, sent)
	}
	if late := heap(); late > early+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
	runtime.KeepAlive(f)
}

// The same for a crowd: requests of nobody, floods of INVITEs without an ACK.
func TestHostileNoiseFillsNoCrowd(t *testing.T) {
	f := &fake{t: t}
	c := crowdOver(f) // 100 calls
	request := func(method, id, tag string) string {
		return string(crlf(method+" sip:b@h SIP/2.0", viaLine, fromLine, toLine+tag, "Call-ID: "+id, "CSeq: 1 "+method, "Contact: <sip:a@127.0.0.1:5060>"))
	}
	for i := range 5000 {
		id := fmt.Sprint(i)
		f.deliver(time.Duration(i)*time.Millisecond, request("INVITE", id, ""))
		f.deliver(time.Duration(i)*time.Millisecond, request("BYE", id, ";tag=ffffffffffffffff"))
		f.deliver(time.Duration(i)*time.Millisecond, request("CANCEL", "no"+id, ""))
		f.deliver(time.Duration(i)*time.Millisecond, request("ACK", id, ";tag=x"))
	}
	for f.now < int64(2*time.Minute) {
		c.step()
	}
	h := c.host
	if h.Invited != 100 || h.Full != 4900 || h.Open != 0 || h.Unheard != 100 || h.Gone != 10_000 {
		t.Errorf("%+v", h)
	}
	if len(c.calls) != 0 || len(c.spare) > 100 {
		t.Errorf("%d calls are kept, and the memory of %d", len(c.calls), len(c.spare))
	}
}
