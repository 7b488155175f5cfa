package load

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"strconv"

	"ringproof/internal/batch"
)

// bindings are what an engine has its addresses of record bound to: contacts
// at its own address, one for each, by the user of the address (RFC 3261 §10).
// Each address has a slot and a timer of its own.
type bindings struct {
	s        socket
	to       netip.AddrPort // the registrar
	w        *writer        // its callers are the users
	of, mine uint64         // the i-th is the (i·of+mine)-th of the run
	auth     *authenticator // nil: challenges are refusals
	expires  int64          // what is asked for, in seconds
	limit    int            // requests at a time
	salt     uint32
	start    int64 // what the seconds of m count from
	m        *Measure
	// refresh, where given, has each binding refreshed before it ends.
	refresh *rand.Rand

	aors  []aor
	wheel *batch.Wheel
	open  int // requests without a final response
	next  int // what is to be registered or removed next, where that goes by itself
	spare [][]byte

	keep     bool // nothing is removed at the end
	sweeping bool
	moved    int64  // when something was removed last
	lapsed   uint64 // registrations of what was bound that failed
	wrong    int32  // the first that was not registered, or -1
	code     int    // why: its response, 200 if that did not have the contact, 0 for none, lost
}

// aor is one address of record.
type aor struct {
	plan  int64  // when its REGISTER was to be sent
	since int64  // when the transaction of now began
	auth  []byte // the challenge that the request of now answers
	seq   uint32 // of all its REGISTERs, one after the other (RFC 3261 §10.2)
	proof
	doing doing
	unusable
	tries uint8
	bound bool // or perhaps: nobody said that it is not
}

// doing is what is done with an address of record.
type doing uint8

const (
	nothing doing = iota
	registering
	removing
)

// window is how many requests there are at a time where nothing is measured.
const window = 100

// defaultExpires is how long a binding is to last, in seconds: the least that
// RFC 7502 §6.7 allows.
const defaultExpires = 3600

func newBindings(s socket, to netip.AddrPort, w *writer, count int, m *Measure) *bindings {
	b := &bindings{s: s, to: to, w: w, of: 1, expires: defaultExpires, limit: window, m: m, start: s.Now(), wrong: -1}
	b.aors = make([]aor, count)
	b.wheel = batch.NewWheel(count, grain, s.Now())
	return b
}

// n gives which of the run's addresses one is.
func (b *bindings) n(i int32) uint64 { return uint64(i)*b.of + b.mine }

// advance does what timers are for.
func (b *bindings) advance(now int64) { b.wheel.Advance(now, func(i int32) { b.fire(i, now) }) }

// register begins a registration, and tells whether it could: not while one
// of the same address is under way (RFC 3261 §10.2).
func (b *bindings) register(i int32, plan, now int64) bool {
	a := &b.aors[i]
	if a.doing != nothing {
		return false
	}
	a.plan, a.doing = plan, registering
	b.begin(i, now)
	return true
}

// remove takes a binding back.
func (b *bindings) remove(i int32, now int64) {
	b.aors[i].doing = removing
	b.begin(i, now)
}

func (b *bindings) begin(i int32, now int64) {
	b.open++
	b.aors[i].asked = 0
	b.request(i, now)
}

// request begins a transaction.
func (b *bindings) request(i int32, now int64) {
	a := &b.aors[i]
	a.seq++
	a.tries, a.since, a.unusable = 0, now, usable
	b.send(i, a)
	b.wheel.Set(i, again(now, b.w.over != ""))
}

func (b *bindings) send(i int32, a *aor) {
	expires := b.expires
	if a.doing == removing {
		expires = 0
	}
	var room [160]byte
	n := b.n(i)
	uri := append(append(room[:0], "sip:"...), b.w.domain...)
	l := leg{uint32(i), b.salt, n}
	var credentials []byte
	if a.asked > 0 {
		account := *b.auth.account(n)
		if account.User == "" {
			account.User = string(b.w.from(nil, n))
		}
		cnonce := strconv.AppendUint(l.append(nil), uint64(a.seq), 16)
		b.auth.scratch, _ = b.auth.credentials(b.auth.scratch[:0], a.auth, a.proof, account, "REGISTER", uri, cnonce) // it was read before
		credentials = b.auth.scratch
	}
	if text := b.w.register(b.s.Buffer()[:0], uri, l, a.seq, expires, credentials); len(text) <= batch.Room {
		b.s.Queue(len(text), b.to)
	}
}

// register writes a REGISTER. The branch has the number of the request in the
// place of the leg's: each is a transaction of its own.
func (w *writer) register(b, uri []byte, l leg, seq uint32, expires int64, credentials []byte) []byte {
	b = append(append(append(b, "REGISTER "...), uri...), " SIP/2.0\r\n"...)
	b = append(append(b, w.viaHead...), branchRegister)
	b = leg{l.slot, l.gen + seq, 0}.append(b)
	b = append(w.aor(append(b, "\r\nFrom: <"...), l.n), ">;tag="...)
	b = append(w.aor(append(l.append(b), "\r\nTo: <"...), l.n), ">\r\nCall-ID: "...)
	b = append(append(append(l.append(b), '@'), w.host...), "\r\nCSeq: "...)
	b = strconv.AppendUint(b, uint64(seq), 10)
	b = append(b, " REGISTER\r\nMax-Forwards: 70\r\nContact: <"...)
	b = append(append(w.own(b, l.n), w.over...), ">\r\nExpires: "...)
	b = strconv.AppendInt(b, expires, 10)
	return append(append(append(b, "\r\n"...), credentials...), empty...)
}

// aor writes a user's address of record.
func (w *writer) aor(b []byte, n uint64) []byte {
	b = append(w.from(append(b, "sip:"...), n), '@')
	return append(b, w.domain...)
}

// own writes the contact of a user at our address.
func (w *writer) own(b []byte, n uint64) []byte {
	b = append(w.from(append(b, "sip:"...), n), '@')
	return append(b, w.host...)
}

// fire repeats a request (timer E), gives it up (timer F), or refreshes a
// binding (RFC 3261 §17.1.2, §10.2.4).
func (b *bindings) fire(i int32, now int64) {
	a := &b.aors[i]
	switch {
	case a.doing == nothing:
		b.m.Attempts++
		b.register(i, now, now)
	case now-a.since >= timerB:
		b.failed(i, a, 0, now)
	default:
		a.tries = min(a.tries+1, 16)
		b.m.Retransmitted++
		b.m.second(now-b.start).Retransmitted++
		b.send(i, a)
		b.wheel.Set(i, min(now+min(t1<<a.tries, t2), a.since+timerB))
	}
}

// response takes a response to a REGISTER.
func (b *bindings) response(m *message, i, gen uint32, at int64) {
	if int(i) >= len(b.aors) || !ours(m.callID, i, b.salt) {
		b.m.Stray++
		return
	}
	a := &b.aors[i]
	switch {
	case a.doing == nothing || b.salt+a.seq != gen:
		b.m.Repeated++
	case echoes(m, a.seq) != usable:
		b.m.Stray++
		a.unusable = echoes(m, a.seq)
	case m.status < 200:
		a.tries = 3 // RFC 3261 §17.1.2.2: from now on every T2
	case m.status < 300:
		b.accepted(int32(i), a, m, at)
	case b.auth != nil && a.accept(m, b.auth.account(b.n(int32(i)))):
		if a.asked == 1 && a.doing == registering {
			b.m.Challenged++
		}
		if n := len(b.spare); a.auth == nil && n > 0 {
			a.auth, b.spare = b.spare[n-1], b.spare[:n-1]
		}
		a.auth = append(a.auth[:0], m.auth...)
		b.request(int32(i), at)
	default:
		b.failed(int32(i), a, m.status, at)
	}
}

// lost stands for a response where the connection was lost.
const lost = -1

// accepted takes a 2xx, which lists the bindings that there are (RFC 3261
// §10.3, step 8): without ours it says nothing.
func (b *bindings) accepted(i int32, a *aor, m *message, at int64) {
	granted, listed := b.granted(i, m)
	if a.doing == removing {
		if !listed || granted == 0 { // with expires=0 it is listed as one that has ended
			a.bound = false
			b.m.Removed++
			b.moved = at
		}
		b.end(i, a)
		return
	}
	if !listed || granted == 0 {
		b.m.Unbound++
		b.failed(i, a, m.status, at)
		return
	}
	if a.bound {
		b.m.Reregistered++
		add(b.m.AgainRRD, at-a.plan)
	} else {
		add(b.m.RRD, at-a.plan)
	}
	a.bound = true
	b.m.Answered++
	b.m.Completed++
	b.m.Codes[m.status]++
	b.m.second(a.plan-b.start).Answered++
	b.end(i, a)
	if b.refresh != nil { // not all at once
		b.wheel.Set(i, at+int64(float64(granted)*1e9*(0.5+0.3*b.refresh.Float64())))
	}
}

// granted tells whether a 2xx lists our contact, and for how many seconds.
func (b *bindings) granted(i int32, m *message) (seconds int64, ok bool) {
	var room [128]byte
	want := b.w.own(room[:0], b.n(i))
	for _, list := range m.contacts[:m.bound] {
		for len(list) > 0 {
			var v []byte
			v, list = cut(list)
			if uri := uriOf(v); bytes.HasPrefix(uri, want) && (len(uri) == len(want) || uri[len(want)] == ';') {
				if n, ok := number(param(v, "expires")); ok {
					return int64(n), true
				}
				if m.expires >= 0 {
					return m.expires, true
				}
				return b.expires, true
			}
		}
	}
	return 0, false
}

// later is how long after it failed a binding that is kept is tried again.
const later = 30_000_000_000

// failed ends a request that did not do what it was for.
func (b *bindings) failed(i int32, a *aor, code int, at int64) {
	if a.doing == registering {
		if a.bound {
			b.lapsed++
		}
		switch {
		case code == 0:
			b.m.TimedOut++
			b.m.Unusable[a.unusable]++
			a.bound = true // perhaps
		case code >= 300:
			b.m.Refused++
		}
		if code >= 300 && code < 400 {
			b.m.Redirect++
		}
		b.m.Codes[max(code, 0)]++
		b.m.second(a.plan-b.start).Failed++
		if b.wrong < 0 {
			b.wrong, b.code = i, code
		}
	}
	b.end(i, a)
	if b.refresh != nil && !b.sweeping {
		b.wheel.Set(i, at+later)
	}
}

// disconnected ends all requests: their connection is gone.
func (b *bindings) disconnected(now int64) {
	for i := range b.aors {
		if a := &b.aors[i]; a.doing != nothing {
			if a.doing == registering {
				b.m.Disconnected++
				a.bound = true // perhaps
			}
			b.failed(int32(i), a, lost, now)
		}
	}
}

// end ends a request.
func (b *bindings) end(i int32, a *aor) {
	a.doing = nothing
	b.open--
	b.wheel.Stop(i)
	if a.auth != nil {
		b.spare, a.auth = append(b.spare, a.auth), nil
	}
}

// fill registers what never was, a few at a time, and tells whether all that
// there is to register has been tried. Where nobody ever accepts one, not all
// are.
func (b *bindings) fill(now int64) bool {
	if b.m.Answered == 0 && b.m.TimedOut > 0 {
		return b.open == 0
	}
	for ; b.next < len(b.aors) && b.open < b.limit; b.next++ {
		b.m.Attempts++
		b.register(int32(b.next), now, now)
	}
	return b.next == len(b.aors) && b.open == 0
}

// swept removes what is bound, a few at a time, and tells whether nothing is
// left to do: nothing is bound, or nobody has removed anything for a while.
func (b *bindings) swept(now int64) bool {
	if b.keep {
		return true
	}
	if !b.sweeping {
		b.sweeping, b.next, b.moved = true, 0, now
		for i := range b.aors {
			if a := &b.aors[i]; a.doing != nothing { // it may come to be bound
				a.bound = true
				b.end(int32(i), a)
			}
			b.wheel.Stop(int32(i))
		}
	}
	for ; b.next < len(b.aors) && b.open < window; b.next++ {
		if b.aors[b.next].bound {
			b.remove(int32(b.next), now)
		}
	}
	b.s.Flush()
	if b.open > 0 && now-b.moved <= drain {
		return false
	}
	for i := range b.aors {
		if b.aors[i].bound {
			b.m.Left++
		}
	}
	return true
}
