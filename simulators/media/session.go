// Package media talks and listens: [Open] gives a [Session] that sends its
// party's voice as RTP and recognises whose voice comes in.
//
// [OpenVideo] gives a [Video], which sends its camera's pictures and tells
// whose camera it sees.
//
// What was heard and seen is decided from the decoded sound and pictures,
// never from the arrival of packets. G.711 and the H.264 of package h264 only.
package media

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/reports/record"
)

// Config says how a session is opened.
type Config struct {
	Network network.Network
	Addr    netip.Addr // to bind; any free even port
	Voice   Voice
	// NameOf gives the party whose voice it is; empty for nobody's.
	NameOf func(Voice) string
	// Turns has the parties speak one after the other; see [Session.Second].
	Turns bool
	// At converts a time to the time of the record.
	At   func(time.Time) int64
	SSRC uint32
	Log  *slog.Logger
}

// Session is one party's media of one call.
type Session struct {
	cfg  Config
	conn net.PacketConn
	done sync.WaitGroup
	quit chan struct{}
	once sync.Once
	// sender gives what sends in a codec; nil where it is not ours.
	sender func(sdp.Codec) func(context.Context, netip.AddrPort)

	mu      sync.Mutex // guards all that follows
	fact    record.Stream
	sense   sense
	changed chan struct{} // closed when the sense has news
	talking context.CancelFunc
	second  bool
	script  []int16 // what is said in place of the voice, over and over
	said    int     // of it
}

// sense makes facts of the packets that arrive: an ear or an eye. Session.mu
// guards it.
type sense interface {
	// take takes one packet and tells whether that is news to those who wait.
	take(p *rtp.Packet, at time.Time) bool
	// report fills in what was perceived.
	report(f *record.Stream)
}

// attempts bounds the search for an even port (RFC 3550 §11).
const attempts = 64

// Open takes a port and starts to listen.
func Open(cfg Config) (*Session, error) {
	s, err := open(cfg)
	if err != nil {
		return nil, err
	}
	s.sense = &ear{nameOf: cfg.NameOf, at: cfg.At}
	s.sender = func(c sdp.Codec) func(context.Context, netip.AddrPort) {
		l, known := law(c)
		if !known {
			return nil
		}
		second := s.second // Start holds s.mu
		return func(ctx context.Context, to netip.AddrPort) { s.talk(ctx, to, c, l, second) }
	}
	s.listens()
	return s, nil
}

func (s *Session) listens() { s.done.Go(s.listen) }

// open takes a port.
func open(cfg Config) (*Session, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Session{cfg: cfg, quit: make(chan struct{}), changed: make(chan struct{})}
	for range attempts {
		c, err := cfg.Network.ListenPacket(netip.AddrPortFrom(cfg.Addr, 0))
		if err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
		if network.Addr(c).Port()%2 == 0 {
			s.conn = c
			break
		}
		c.Close()
	}
	if s.conn == nil {
		return nil, fmt.Errorf("media: no even port at %s", cfg.Addr)
	}
	s.fact.Local = s.Addr()
	return s, nil
}

// Addr gives the address to be told in SDP.
func (s *Session) Addr() netip.AddrPort { return network.Addr(s.conn) }

// Start sends the voice to an address in a codec; again with others, it goes
// on there. Port 0 or an unspecified address stops it (RFC 3264 §8.4).
func (s *Session) Start(remote netip.AddrPort, codec sdp.Codec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.talking != nil {
		if s.fact.Remote == remote && s.fact.Codec == codec.String() {
			return
		}
		s.talking()
		s.talking = nil
	}
	s.fact.Remote, s.fact.Codec = remote, codec.String()
	select {
	case <-s.quit:
		return
	default:
	}
	send := s.sender(codec)
	if send == nil || remote.Port() == 0 || remote.Addr().IsUnspecified() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.talking = cancel
	s.done.Go(func() { send(ctx, remote) })
}

// Second has the party speak second where parties take turns, from the next
// Start on.
func (s *Session) Second() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.second = true
}

// Hush stops sending; listening goes on.
func (s *Session) Hush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.talking != nil {
		s.talking()
		s.talking = nil
	}
}

// Close ends the session and gives what it saw. Scenario, Attempt and Party
// are the caller's to fill in.
func (s *Session) Close() record.Stream {
	s.once.Do(func() {
		close(s.quit)
		s.Hush()
		s.conn.Close()
		s.done.Wait()
	})
	return s.Fact()
}

// Fact gives what was seen so far.
func (s *Session) Fact() record.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fact
	s.sense.report(&f)
	f.Sources = append([]netip.AddrPort(nil), s.fact.Sources...)
	return f
}

// Await waits until a party's voice was heard for some time in all.
func (s *Session) Await(ctx context.Context, voice string, least time.Duration) error {
	return s.await(ctx, func(f record.Stream) bool { return f.HeardFor(voice) >= least })
}

// AwaitSince waits until a party's voice was heard at a time of the record or
// later.
func (s *Session) AwaitSince(ctx context.Context, voice string, at int64) error {
	return s.await(ctx, func(f record.Stream) bool {
		last, ok := f.LastHeard(voice)
		return ok && last >= at
	})
}

// await waits until what was seen is as wanted.
func (s *Session) await(ctx context.Context, wanted func(record.Stream) bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if wanted(s.Fact()) {
			return nil
		}
		select {
		case <-changed:
		case <-s.quit:
			return net.ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
