package media

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"ringproof/internal/network"
	"ringproof/internal/sdp"
	"ringproof/reports/record"
	"ringproof/simulators/h264"
)

// VideoConfig says how a session of pictures is opened.
type VideoConfig struct {
	Network network.Network
	Addr    netip.Addr // to bind; any free even port
	// Camera is the number that the pictures show; an empty one only looks.
	Camera string
	At     func(time.Time) int64
	SSRC   uint32
	Log    *slog.Logger
}

// Video is one party's pictures of one call: those that its camera sends, and
// those that it sees.
type Video struct {
	*Session
	sends bool
}

// OpenVideo takes a port and starts to look.
func OpenVideo(cfg VideoConfig) (*Video, error) {
	if _, err := (plate{number: cfg.Camera}).draw(); err != nil {
		return nil, err
	}
	s, err := open(Config{Network: cfg.Network, Addr: cfg.Addr, At: cfg.At, SSRC: cfg.SSRC, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	s.sense = &eye{at: cfg.At, fact: record.Video{Films: cfg.Camera}}
	s.sender = func(c sdp.Codec) func(context.Context, netip.AddrPort) {
		if cfg.Camera == "" || c.Name != "H264" {
			return nil
		}
		return func(ctx context.Context, to netip.AddrPort) { s.film(ctx, to, c, cfg.Camera) }
	}
	s.listens()
	return &Video{Session: s, sends: cfg.Camera != ""}, nil
}

// Sends tells whether there is a camera; without one it only looks.
func (v *Video) Sends() bool { return v.sends }

// AwaitPictures waits until so many new pictures of a camera were seen.
func (v *Video) AwaitPictures(ctx context.Context, camera string, least int) error {
	return v.await(ctx, func(f record.Stream) bool {
		n, _ := f.Video.NewOf(camera)
		return n >= least
	})
}

// AwaitQuiet waits until no packet came for some time.
func (v *Video) AwaitQuiet(ctx context.Context, quiet time.Duration) error {
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		v.mu.Lock()
		changed, came := v.changed, v.fact.Received
		v.mu.Unlock()
		select {
		case <-timer.C:
			return nil
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		v.mu.Lock()
		more := v.fact.Received != came
		v.mu.Unlock()
		if more {
			timer.Reset(quiet)
		}
	}
}

const (
	clock    = 90000 // RFC 6184 §8.1
	interval = 80 * time.Millisecond
	// whole is how many pictures there are to a whole one: three whole ones a
	// second.
	whole = 4
	// payload is the largest payload: with its headers it stays below the
	// 1280 bytes that every path carries.
	payload = 1200
)

// film sends a picture every 80 ms until ctx ends: each fourth is whole and
// carries a new counter, those between are copies of it.
func (s *Session) film(ctx context.Context, to netip.AddrPort, codec sdp.Codec, camera string) {
	stream := h264.NewStream(plateWidth, plateHeight)
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: codec.PT, SSRC: s.cfg.SSRC}}
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		nals := [][]byte{nil}
		if n%whole == 0 {
			drawn, _ := plate{camera, uint16(n / whole)}.draw() // OpenVideo has tried it
			nals = append(stream.Parameters(), stream.Whole(luma(drawn)))
		} else {
			nals[0] = stream.Copy()
		}
		payloads := h264.Packets(nals, payload)
		for i, b := range payloads {
			p.Payload, p.Marker = b, i == len(payloads)-1
			s.send(&p, to)
			p.SequenceNumber++
		}
		step := interval
		if behind := time.Since(next.Add(step)); behind > catchUp {
			step += behind / interval * interval
		}
		next = next.Add(step)
		p.Timestamp += uint32(step * clock / time.Second)
		timer.Reset(time.Until(next))
	}
}
