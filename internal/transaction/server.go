package transaction

import (
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
)

// Server is a server transaction. The layer's lock guards its fields.
type Server struct {
	layer *Layer
	req   *sip.Request
	to    wire.Hop
	key   key
	inbox *Inbox

	state    state
	last     []byte // the response to repeat
	toTag    string // of the last response
	interval time.Duration
	trying   *time.Timer // 200 ms to the first 100
	resend   *time.Timer // G
	expire   *time.Timer // H
	life     *time.Timer // I, J, L, or the bound on an unanswered request
}

var errAnswered = errors.New("already answered")

// Request gives the request.
func (s *Server) Request() *sip.Request { return s.req }

// Respond sends a response. A 2xx to INVITE may be sent again, which the user
// does until the ACK comes (RFC 3261 §13.3.1.4); after any other final
// response, a further one is an error.
func (s *Server) Respond(res *sip.Response) error {
	s.layer.mu.Lock()
	defer s.layer.mu.Unlock()
	return s.respond(res)
}

func (s *Server) respond(res *sip.Response) error {
	code := res.StatusCode
	again := s.state == accepted && code >= 200 && code < 300
	if s.state >= completed && !again {
		return fmt.Errorf("respond %d to %s: %w", code, s.req.Method, errAnswered)
	}
	b := []byte(res.String())
	if err := s.layer.port.Send(b, s.to); err != nil {
		return fmt.Errorf("respond %d to %s: %w", code, s.req.Method, err)
	}
	if s.trying != nil {
		s.trying.Stop()
	}
	if !again {
		s.last = b
		s.toTag, _ = res.To().Params.Get("tag")
		s.advance(code)
	}
	return nil
}

// advance moves to the state after a response: RFC 3261 §17.2.1 with
// RFC 6026 §7.1 for INVITE, §17.2.2 for others.
func (s *Server) advance(code int) {
	t := s.layer.timers
	switch {
	case code < 200:
		s.state = proceeding
	case !s.req.IsInvite():
		s.state = completed
		s.lingerUnlessReliable(t.timeout()) // J
	case code < 300:
		s.state = accepted
		s.linger(t.timeout()) // L
	default:
		s.state = completed
		s.life.Stop()
		if !s.to.Transport.Reliable() {
			s.interval = t.T1
			s.resend = s.layer.after(s.interval, s.repeatRefusal)
		}
		s.expire = s.layer.after(t.timeout(), s.unacknowledged)
	}
}

// repeatRefusal is timer G.
func (s *Server) repeatRefusal() {
	if s.state != completed {
		return
	}
	s.sendLast()
	s.interval = min(2*s.interval, s.layer.timers.T2)
	s.resend.Reset(s.interval)
}

// unacknowledged is timer H.
func (s *Server) unacknowledged() {
	if s.state != completed {
		return
	}
	s.end()
	err := &TimeoutError{Waiting: "ACK from " + s.to.String(), After: s.layer.timers.timeout()}
	s.inbox.put(Event{Server: s, Err: err})
}

// repeat takes a further copy of the request, or the ACK to a refusal. It
// tells whether that was all; an ACK that is not its business is passed on.
func (s *Server) repeat(m *wire.Message) bool {
	if m.Request.IsAck() {
		if s.state != completed {
			return s.state == confirmed
		}
		s.state = confirmed
		s.stop()
		s.lingerUnlessReliable(s.layer.timers.T4) // I
		return true
	}
	if s.last != nil && (s.state == proceeding || s.state == completed) {
		s.sendLast()
	}
	return true
}

// cancel takes a CANCEL: it goes to the inbox of the INVITE that it means;
// one that comes after a refusal has no effect and is answered 200 here, one
// that means nothing 481 (RFC 3261 §9.2). The caller holds the lock.
func (s *Server) cancel(m *wire.Message) {
	var res *sip.Response
	switch invite := s.layer.servers[serverKey(s.req, sip.INVITE)]; {
	case invite != nil && (invite.state == completed || invite.state == confirmed):
		res = wire.NewResponse(s.req, sip.StatusOK, "OK", invite.toTag)
	case invite == nil || invite.inbox == nil:
		res = wire.NewResponse(s.req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist", s.layer.cfg.NewTag())
	default:
		s.inbox = invite.inbox
		s.inbox.put(Event{Message: m, Server: s, Cancels: invite})
		return
	}
	if err := s.respond(res); err != nil {
		s.layer.log.Debug("answer CANCEL", "err", err)
	}
}

// armTrying sends 100 by itself where the user takes longer than 200 ms.
func (s *Server) armTrying() {
	if !s.req.IsInvite() || s.state != calling {
		return
	}
	s.trying = s.layer.after(trying, func() {
		if s.state == calling {
			if err := s.respond(wire.NewResponse(s.req, sip.StatusTrying, "Trying", "")); err != nil {
				s.layer.log.Debug("send 100", "err", err)
			}
		}
	})
}

func (s *Server) sendLast() {
	if err := s.layer.port.Send(s.last, s.to); err != nil {
		s.layer.log.Debug("repeat response", "err", err)
	}
}

func (s *Server) lingerUnlessReliable(d time.Duration) {
	if s.to.Transport.Reliable() {
		s.end()
		return
	}
	s.linger(d)
}

func (s *Server) linger(d time.Duration) {
	if s.life != nil {
		s.life.Stop()
	}
	s.life = s.layer.after(d, s.end)
}

func (s *Server) stop() {
	for _, t := range []*time.Timer{s.trying, s.resend, s.expire} {
		if t != nil {
			t.Stop()
		}
	}
}

func (s *Server) end() {
	s.state = terminated
	s.stop()
	s.life.Stop()
	delete(s.layer.servers, s.key)
}
