package media

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
)

const (
	ptime = 20 * time.Millisecond
	// catchUp is how far behind its schedule a talker may be before it skips
	// ahead rather than send a burst.
	catchUp = 200 * time.Millisecond
)

// talk sends a packet every 20 ms until ctx ends. Times are counted from the
// start, so that lateness does not add up.
func (s *Session) talk(ctx context.Context, to netip.AddrPort, codec sdp.Codec, l companding, second bool) {
	var samples [frame]int16
	p := rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: codec.PT, SSRC: s.cfg.SSRC, Marker: true},
		Payload: make([]byte, frame),
	}
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := now(s.cfg.At(next)); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		samples = [frame]int16{}
		s.speaks(n, second, &samples)
		for i, x := range samples {
			p.Payload[i] = l.encode(x)
		}
		s.send(&p, to)
		p.Marker = false
		p.SequenceNumber++
		p.Timestamp += frame
		next = next.Add(ptime)
		behind := time.Since(next)
		s.late(behind + ptime)
		if behind > catchUp {
			skip := behind / ptime
			p.Timestamp += uint32(skip) * frame
			n += int(skip)
			next = next.Add(skip * ptime)
		}
		timer.Reset(time.Until(next))
	}
}

// late keeps how far behind its schedule a packet was sent at most.
func (s *Session) late(behind time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fact.Late = max(s.fact.Late, int64(behind))
}

func (s *Session) send(p *rtp.Packet, to netip.AddrPort) {
	b, err := p.Marshal()
	var returned error
	if err == nil {
		returned, err = network.WriteTo(s.conn, b, to)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.fact.Sent++
	}
	s.trouble(errors.Join(returned, err))
}

// trouble keeps the first error of sending. The caller holds s.mu.
func (s *Session) trouble(err error) {
	if err != nil && s.fact.SendError == "" {
		s.fact.SendError = err.Error()
	}
}
