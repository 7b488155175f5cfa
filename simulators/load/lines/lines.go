// Package lines carries the voice of many calls at once: each has a port of
// its own, sends 50 RTP packets a second, and is told by their content whom it
// hears, whom the other side hears, and which number that was called by.
//
// The content is coded, not sound: it passes a relay, and nothing that
// transcodes. Package media has voices that pass both, at a cost that many
// calls at once do not allow.
package lines

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"ringproof/internal/network"
)

// Config says where lines are.
type Config struct {
	Network network.Network // nil is the kernel's
	Address netip.Addr
	Most    int // lines at a time, one at least
}

// Pool lends lines. Its methods and those of its lines may be called from any
// goroutine.
type Pool struct {
	cfg  Config
	stop chan struct{}
	all  sync.WaitGroup

	mu      sync.Mutex
	lines   []*Line // all that there are
	resting []*Line // given back, the longest ago first
	stats   Stats
	closed  bool
}

// Stats count what a pool has done.
type Stats struct {
	Sent    uint64 // packets
	Late    uint64 // of these, by more than a packet's time: this machine's doing
	Missing uint64 // lines that could not be lent
	Lines   int    // opened
}

// Since gives what was done since an earlier time.
func (s Stats) Since(earlier Stats) Stats {
	return Stats{s.Sent - earlier.Sent, s.Late - earlier.Late, s.Missing - earlier.Missing, s.Lines}
}

const (
	ptime = 20 * time.Millisecond
	// tick is how often lines are looked after. Each sends at the first tick
	// that is not before its time.
	tick = 5 * time.Millisecond
	// rest is how long a port is not lent again: what is still on its way to
	// the call before must not be taken for the next one's.
	rest = time.Second
)

// Open opens a pool. Its lines are opened when they are first lent.
func Open(cfg Config) *Pool {
	if cfg.Network == nil {
		cfg.Network = network.Kernel{}
	}
	p := &Pool{cfg: cfg, stop: make(chan struct{})}
	p.all.Go(p.pace)
	return p
}

// ErrNone says that all lines are lent.
var ErrNone = errors.New("all lines are in use")

// Take lends a line. It fails with ErrNone, or where no port can be opened.
func (p *Pool) Take() (*Line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.resting) > 0 && time.Since(p.resting[0].freed) >= rest {
		l := p.resting[0]
		p.resting = p.resting[1:]
		return l, nil
	}
	if p.closed || len(p.lines) >= p.cfg.Most {
		p.stats.Missing++
		return nil, ErrNone
	}
	c, err := p.cfg.Network.ListenPacket(netip.AddrPortFrom(p.cfg.Address, 0))
	if err != nil {
		p.stats.Missing++
		return nil, fmt.Errorf("open a port for RTP at %s: %w", p.cfg.Address, err)
	}
	l := &Line{pool: p, c: c, port: network.Addr(c).Port()}
	p.lines = append(p.lines, l)
	p.stats.Lines++
	p.all.Go(l.receive)
	return l, nil
}

// Stats gives what was done so far.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Close closes all ports.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	for _, l := range p.lines {
		_ = l.c.Close() // its reader ends with that
	}
	p.mu.Unlock()
	close(p.stop)
	p.all.Wait()
}

// pace has each line send when its time has come.
func (p *Pool) pace() {
	t := time.NewTicker(tick)
	defer t.Stop()
	var lines []*Line
	for {
		select {
		case <-p.stop:
			return
		case now := <-t.C:
			p.mu.Lock()
			lines = append(lines[:0], p.lines...)
			p.mu.Unlock()
			var sent, late uint64
			for _, l := range lines {
				s, behind := l.send(now)
				sent, late = sent+s, late+behind
			}
			p.mu.Lock()
			p.stats.Sent += sent
			p.stats.Late += late
			p.mu.Unlock()
		}
	}
}

// Line is the voice of one call.
type Line struct {
	pool *Pool
	c    net.PacketConn
	port uint16

	mu      sync.Mutex
	to      netip.AddrPort // where it sends; invalid when it is not in a call
	asked   bool           // it does not speak before it is spoken to
	say     statement
	digits  [mostDigits]byte
	compare bool // the number that is heard
	begun   time.Time
	next    time.Time // when the next packet is due; zero for not
	seq     uint16
	stamp   uint32
	packet  [length]byte
	heard   Heard
	last    uint16 // sequence number that was heard, the highest
	window  uint64 // which of the 64 up to it were
	span    uint64 // from the first to the last
	ssrc    uint32 // of the last that was heard
	beside  bool   // other sound came since
	freed   time.Time
}

// Heard is what a line has heard in a call. Its counts are of packets.
type Heard struct {
	For     time.Duration // it could have heard
	After   time.Duration // the first packet of the other side came
	Packets uint64        // of the other side
	Lost    uint64        // of these, as far as their numbers tell
	Sent    uint64        // by this side
	There   uint64        // of these, heard by the other side, as it says
	Missed  uint64        // of these, not heard by it between the first and the last that it heard
	Crossed uint64        // of another call, or in which the other side said that it hears one, or was called by another number
	Strange uint64        // RTP with another content: somebody else's, or changed on the way
	Own     uint64        // of this side itself, which came back
	Beside  uint64        // times that RTP of another source, with another content, came between two packets of the other side
}

// crossing is how many packets of another call make a crossed line: fewer may
// have been on their way when a port was lent again by the system under test.
const crossing = 3

// IsCrossed tells whether a line was crossed with another.
func (h Heard) IsCrossed() bool { return h.Crossed >= crossing }

// foreign is how often sound of another source must come between the packets of
// the other side to be heard beside it: for 200 ms. Fewer may be the end of what
// was played before the answer, or the one change to what takes its place.
const foreign = 10

// HasForeign tells whether somebody else was heard beside the other side.
func (h Heard) HasForeign() bool { return h.Beside >= foreign }

// IsEcho tells whether a side heard itself, for as long as it is told of others
// beside the other side.
func (h Heard) IsEcho() bool { return h.Own >= foreign }

// mayBeLost is the share of the packets that a voice may lack and be a good one,
// and onTheWay how many of the last cannot have been heard yet.
const (
	mayBeLost = 0.05
	onTheWay  = 10
)

// Gaps tells whether a side lacks more of the other's voice than may be lost,
// also where that began late or ended early.
func (h Heard) Gaps() (here, there bool) {
	lacks := func(got, lost, of float64) bool {
		return lost > mayBeLost*(got+lost) || got+lost < (1-mayBeLost)*of-onTheWay
	}
	return lacks(float64(h.Packets), float64(h.Lost), float64(h.For/ptime)), lacks(float64(h.There), float64(h.Missed), float64(h.Sent))
}

// Port gives the line's port, for an offer or an answer.
func (l *Line) Port() uint16 { return l.port }

// Talk begins to speak to an address. The number is what was called: its last
// digits are compared with those that the other side was called by if compare
// says so.
func (l *Line) Talk(to netip.AddrPort, number []byte, compare bool) {
	l.begin(to, number, compare, false)
}

// Listen speaks to an address as soon as it is spoken to. The number is what
// this side was called by.
func (l *Line) Listen(to netip.AddrPort, number []byte) { l.begin(to, number, false, true) }

// call is how often a line that listens says that it hears nobody.
const call = 500 * time.Millisecond

// Answered has a line that listens say now and then that it hears nobody, while
// that is so: the caller then knows who is not heard.
func (l *Line) Answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to.IsValid() && l.next.IsZero() {
		l.next = time.Now().Add(call)
	}
}

func (l *Line) begin(to netip.AddrPort, number []byte, compare, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to.IsValid() { // a re-INVITE has moved the other side
		l.to = to
		return
	}
	number = number[max(0, len(number)-mostDigits):]
	l.to, l.asked, l.compare = to, asked, compare
	l.say = statement{token: rand.Uint32() | 1, number: l.digits[:copy(l.digits[:], number)]}
	l.begun, l.heard, l.span, l.beside = time.Now(), Heard{}, 0, false
	l.seq, l.stamp = uint16(rand.Uint32()), rand.Uint32()
	l.next = time.Time{}
	if !asked {
		l.next = l.begun
	}
}

// Hang ends the call, gives the line back and tells what was heard.
func (l *Line) Hang() Heard {
	l.mu.Lock()
	h := l.heard
	if l.to.IsValid() {
		h.For = max(1, time.Since(l.begun))
		h.Lost = l.span - min(l.span, h.Packets)
	}
	l.to, l.next = netip.AddrPort{}, time.Time{}
	l.mu.Unlock()
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	l.freed = time.Now()
	l.pool.resting = append(l.pool.resting, l)
	return h
}

// mostBehind is how many packets are sent at once after a line could not send.
const mostBehind = 5

// send sends what is due.
func (l *Line) send(now time.Time) (sent, late uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.next.IsZero() && !now.Before(l.next) {
		behind := now.Sub(l.next)
		if behind > ptime {
			late++
		}
		if behind > mostBehind*ptime {
			l.next = now
		}
		l.say.write(&l.packet, l.seq, l.stamp, l.heard.Sent == 0)
		_, _ = network.WriteTo(l.c, l.packet[:], l.to) // what is not sent, the other side does not hear
		l.heard.Sent++
		l.seq++
		l.stamp += samples
		every := ptime
		if l.asked && l.say.hears == 0 {
			every = call
		}
		l.next = l.next.Add(every)
		sent++
	}
	return sent, late
}

// receive takes what arrives, until the port is closed.
func (l *Line) receive() {
	buf := make([]byte, 1500)
	for {
		n, _, err := network.ReadFrom(l.c, buf)
		switch {
		case network.Returned(err):
		case err != nil:
			return
		default:
			l.take(buf[:n])
		}
	}
}

func (l *Line) take(b []byte) {
	seq, ssrc, s, k := read(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.to.IsValid() || k == noRTP {
		return
	}
	if k == sound {
		l.heard.Strange++
		l.beside = l.beside || l.heard.Packets >= crossing && ssrc != l.ssrc
		return
	}
	if s.token == l.say.token {
		l.heard.Own++
		return
	}
	if s.token != l.say.hears {
		if l.heard.Packets >= crossing {
			l.heard.Crossed++
			return
		}
		// The other side, unless the next ones come from somebody else.
		l.heard.Crossed += l.heard.Packets
		l.heard.Packets, l.heard.After = 0, time.Since(l.begun)
		l.say.hears, l.last, l.span, l.window, l.ssrc = s.token, seq, 1, 0, ssrc
		if l.asked {
			l.next = time.Now()
		}
	}
	if ssrc != l.ssrc { // a new stream, with numbers of its own (RFC 3550 §8.1)
		l.last, l.window = seq, 0
		l.span++
	}
	if on := seq - l.last; on < 1<<15 {
		l.span, l.last, l.window = l.span+uint64(on), seq, l.window<<on
	}
	bit := uint64(1) << (l.last - seq)
	if l.window&bit != 0 {
		return // once more: it makes up for none that was lost
	}
	l.window |= bit
	l.heard.Packets++
	if l.ssrc = ssrc; l.beside {
		l.heard.Beside++
		l.beside = false
	}
	l.say.count = uint32(l.heard.Packets)
	l.say.span = uint32(l.span)
	switch {
	case s.hears != 0 && s.hears != l.say.token, l.compare && !alike(l.say.number, s.number):
		l.heard.Crossed++
	case s.hears == l.say.token:
		if uint64(s.count) >= l.heard.There {
			l.heard.There, l.heard.Missed = uint64(s.count), uint64(s.span-min(s.span, s.count))
		}
	}
}

// alike tells whether two forms of a number end alike: in the last four digits,
// which no translation touches, or as far as the shorter goes.
func alike(a, b []byte) bool {
	n := min(4, len(a), len(b))
	return string(a[len(a)-n:]) == string(b[len(b)-n:])
}
