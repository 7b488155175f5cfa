// Package media talks and listens: [Open] gives a [Session] that sends its
// party's voice as RTP and recognises whose voice comes in.
//
// What was heard is decided from the decoded sound, never from the arrival of
// packets. G.711 only.
package media

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

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

	mu      sync.Mutex // guards all that follows
	fact    record.Stream
	ear     ear
	changed chan struct{} // closed at each new stretch or frame heard
	talking context.CancelFunc
}

// attempts bounds the search for an even port (RFC 3550 §11).
const attempts = 64

// Open takes a port and starts to listen.
func Open(cfg Config) (*Session, error) {
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
	s.ear = ear{nameOf: cfg.NameOf, at: cfg.At}
	s.done.Go(s.listen)
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
	l, known := law(codec)
	if !known || remote.Port() == 0 || remote.Addr().IsUnspecified() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.talking = cancel
	s.done.Go(func() { s.talk(ctx, remote, codec, l) })
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
	f.Heard = s.ear.stretches()
	f.Lost, f.JitterMS = s.ear.lost(), s.ear.jitterMS()
	f.Sources = append([]netip.AddrPort(nil), s.fact.Sources...)
	return f
}

// Await waits until a party's voice was heard for some time in all.
func (s *Session) Await(ctx context.Context, voice string, least time.Duration) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		f := s.Fact()
		if f.HeardFor(voice) >= least {
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
