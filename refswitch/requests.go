package refswitch

import (
	"crypto/rand"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/access"
	"ringproof/refswitch/bridge"
)

// route takes every new request: it answers itself or says which call's
// inbox the request belongs to.
func (s *Switch) route(m *wire.Message, t *transaction.Server) *transaction.Inbox {
	<-s.ready
	req := m.Request
	if tag, in := req.To().Params.Get("tag"); in {
		return s.inDialog(bridge.Dialog{CallID: m.CallID(), LocalTag: tag}, m, t)
	}
	if t == nil {
		return nil // an ACK outside any dialog
	}
	switch req.Method {
	case sip.INVITE:
		return s.invite(m, t)
	case sip.REGISTER:
		s.register(m, t)
	case sip.OPTIONS:
		s.answer(m, t, sip.StatusOK)
	default:
		s.answer(m, t, sip.StatusMethodNotAllowed)
	}
	return nil
}

func (s *Switch) inDialog(d bridge.Dialog, m *wire.Message, t *transaction.Server) *transaction.Inbox {
	s.mu.Lock()
	in := s.dialogs[d]
	s.mu.Unlock()
	if in == nil && t != nil {
		s.answer(m, t, sip.StatusCallTransactionDoesNotExists)
	}
	return in
}

// invite admits the caller, finds the targets and starts a call.
func (s *Switch) invite(m *wire.Message, t *transaction.Server) *transaction.Inbox {
	req := m.Request
	if hops := req.MaxForwards(); hops != nil && *hops == 0 { // RFC 3261 §16.3
		s.answer(m, t, sip.StatusTooManyHops)
		return nil
	}
	_, trunk := s.trusted[m.Remote.Addr()]
	if !trunk && !s.admit(m, t) {
		return nil
	}
	targets, code := s.targets(req.Recipient.User)
	if len(targets) == 0 {
		s.answer(m, t, code)
		return nil
	}
	c := bridge.New(s.calls, m, t, trunk, targets)
	if !s.begin(c) {
		s.answer(m, t, sip.StatusServiceUnavailable)
		return nil
	}
	return c.Inbox()
}

// targets finds where a number goes, or the code to refuse it with: an
// account's contact first, then the routes.
func (s *Switch) targets(number string) ([]bridge.Target, int) {
	if user, ok := s.owner[number]; ok {
		b, ok := s.places.Lookup(user)
		if !ok {
			return nil, sip.StatusTemporarilyUnavailable // RFC 3261 §21.4.18
		}
		return []bridge.Target{{Name: user, URI: b.Contact, Hop: b.Hop, Guard: defaultGuard}}, 0
	}
	r, ok := s.routes.Lookup(number)
	if !ok {
		return nil, sip.StatusNotFound
	}
	var out []bridge.Target
	for _, t := range r.Targets {
		out = append(out, bridge.Target{
			Name: t.Name, Trunk: true, Guard: r.Guard, Hop: wire.Hop{Transport: wire.UDP, Addr: t.Addr},
			URI: sip.Uri{Scheme: "sip", User: number, Host: t.Addr.Addr().String(), Port: int(t.Addr.Port())},
		})
	}
	return out, 0
}

// register carries out a REGISTER (RFC 3261 §10.3).
func (s *Switch) register(m *wire.Message, t *transaction.Server) {
	if !s.admit(m, t) {
		return
	}
	user := m.Request.To().Address.User
	res := s.response(m, sip.StatusOK)
	if err := s.places.Register(user, m, res); err != nil {
		s.answer(m, t, sip.StatusBadRequest)
		return
	}
	s.send(t, res)
}

// admit lets a request of an account pass, or answers it: 401 to be asked
// again with credentials, 403 where they are wrong or somebody else's.
func (s *Switch) admit(m *wire.Message, t *transaction.Server) bool {
	user, verdict := s.guard.Check(m.Request)
	whose := m.Request.From().Address.User
	if m.Request.Method == sip.REGISTER {
		whose = m.Request.To().Address.User
	}
	switch {
	case verdict == access.Admitted && s.owner[whose] == user && user != "":
		return true
	case verdict == access.Challenge || verdict == access.Stale:
		res := s.response(m, sip.StatusUnauthorized)
		s.guard.Ask(res, verdict == access.Stale)
		s.send(t, res)
	default:
		s.log.Warn("refused", "user", user, "from", m.From().String())
		s.answer(m, t, sip.StatusForbidden)
	}
	return false
}

func (s *Switch) response(m *wire.Message, code int) *sip.Response {
	res := wire.NewResponse(m.Request, code, bridge.Reason(code), rand.Text())
	if code == sip.StatusOK || code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", bridge.Allow))
	}
	if code == sip.StatusServiceUnavailable {
		res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(5)))
	}
	return res
}

func (s *Switch) answer(m *wire.Message, t *transaction.Server, code int) {
	s.send(t, s.response(m, code))
}

func (s *Switch) send(t *transaction.Server, res *sip.Response) {
	if err := t.Respond(res); err != nil {
		s.log.Warn("answer", "err", err)
	}
}
