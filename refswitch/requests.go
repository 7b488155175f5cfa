package refswitch

import (
	"crypto/rand"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/access"
	"ringproof/refswitch/bridge"
	"ringproof/refswitch/internal/seam"
	"ringproof/refswitch/registrar"
	"ringproof/refswitch/routing"
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
		if !s.hooks.Answers() {
			return nil
		}
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
		s.turnAway(m, t, "", sip.StatusTooManyHops)
		return nil
	}
	if s.looped(m) {
		s.turnAway(m, t, "", sip.StatusLoopDetected)
		return nil
	}
	origin, ok := s.origin(m, t)
	if !ok {
		return nil
	}
	if unknown := bridge.Unsupported(req); unknown != "" { // RFC 3261 §8.2.2.3
		res := s.response(m, sip.StatusBadExtension)
		res.AppendHeader(sip.NewHeader("Unsupported", unknown))
		s.send(t, res)
		s.turnedAway(m, origin.Name, sip.StatusBadExtension)
		return nil
	}
	if bridge.Unread(req) != "" {
		res := s.response(m, sip.StatusUnsupportedMediaType)
		res.AppendHeader(sip.NewHeader("Accept", bridge.Accept))
		s.send(t, res)
		s.turnedAway(m, origin.Name, sip.StatusUnsupportedMediaType)
		return nil
	}
	if bridge.TooBrief(req) {
		res := s.response(m, 422)
		bridge.NameMinSE(res)
		s.send(t, res)
		return nil
	}
	route, code := s.routeOf(req.Recipient.User, seam.Leg{Trunk: origin.Trunk})
	if len(route.Targets) == 0 {
		s.turnAway(m, t, origin.Name, s.hooks.Refuse(code))
		return nil
	}
	if s.hooks.Busy(req.Recipient.User) {
		s.turnAway(m, t, origin.Name, sip.StatusBusyHere)
		return nil
	}
	if !s.hooks.Takes(seam.Leg{Trunk: origin.Trunk}, int(s.counters.active.Load())) {
		s.turnAway(m, t, origin.Name, sip.StatusServiceUnavailable)
		return nil
	}
	c := bridge.New(s.calls, m, t, origin, route)
	if !s.begin(c) {
		s.turnAway(m, t, origin.Name, sip.StatusServiceUnavailable)
		return nil
	}
	return c.Inbox()
}

// origin tells who calls: a trunk by its address, an account by its
// credentials. Who is neither is answered.
func (s *Switch) origin(m *wire.Message, t *transaction.Server) (bridge.Origin, bool) {
	p, req := s.plan.Load(), m.Request
	o := bridge.Origin{Private: bridge.WantsPrivacy(req)}
	if name, ok := p.trust.Trunk(m.Remote.Addr()); ok {
		o.Trunk, o.Name = true, name
		if p.trunks[name].IdentityFrom {
			o.Asserted = bridge.Claimed(req, "P-Asserted-Identity")
		}
		return o, true
	}
	if from := &req.From().Address; p.owner.of(from.User) == "" && s.hooks.Admitted(seam.Stranger{
		TrunkNumber: p.routed(from.User), Foreign: from.Host != s.cfg.Domain, Digits: len(req.Recipient.User),
	}) {
		o.Trunk = true
		return o, true
	}
	user, ok := s.admit(m, t)
	if !ok {
		return o, false
	}
	o.Name, o.Asserted = user, p.assertedOf(user, req)
	if claimed := bridge.Claimed(req, "P-Asserted-Identity"); claimed != "" && !s.hooks.Doubt() {
		o.Asserted = claimed
	}
	return o, true
}

// routed tells whether calls to the number lead to a trunk.
func (p *plan) routed(number string) bool {
	_, ok := p.routes.Lookup(number)
	return ok
}

// assertedOf gives the number that an account calls from: the one in From or
// the one that it would rather (RFC 3325 §5, §9.2), if they are its own.
func (p *plan) assertedOf(user string, req *sip.Request) string {
	for _, n := range []string{req.From().Address.User, bridge.Claimed(req, "P-Preferred-Identity")} {
		if p.owner.of(n) == user {
			return n
		}
	}
	return user
}

// looped tells whether a call is one that was sent on from here, on its way
// back to the number that it was dialled for: a Via of ours with the same
// input to the routing (RFC 5393 §4.2.2). With another number it is a spiral.
func (s *Switch) looped(m *wire.Message) bool {
	s.mu.Lock()
	number, ours := s.sent[m.CallID()]
	s.mu.Unlock()
	if !ours || number != m.Request.Recipient.User {
		return false
	}
	at := s.layer.Addr()
	for _, h := range m.Request.GetHeaders("Via") {
		if v, ok := h.(*sip.ViaHeader); ok && v.Host == at.Addr().String() && v.Port == int(at.Port()) {
			return true
		}
	}
	return false
}

// routeOf finds where a number goes, or the code to refuse it with: an
// account's contact first, then the routes.
func (s *Switch) routeOf(number string, caller seam.Leg) (bridge.Route, int) {
	p := s.plan.Load()
	if user := p.owner.of(number); user != "" {
		targets, code := s.contacts(user, number)
		return bridge.Route{Targets: targets, Advances: (&routing.Route{}).Advances}, code
	}
	r, ok := p.routes.Lookup(number)
	switch ok = ok && s.hooks.Routed(number); {
	case !ok && s.hooks.Stray() && len(p.cfg.Routes) > 0:
		r = p.route(p.cfg.Routes[0])
	case !ok:
		return bridge.Route{}, sip.StatusNotFound
	case r.Incomplete(number) && s.hooks.Whole():
		return bridge.Route{}, sip.StatusAddressIncomplete // RFC 3261 §21.4.22
	}
	return bridge.Route{Targets: s.targetsOf(p, &r, s.hooks.Onward(number, caller)), Advances: r.Advances}, 0
}

// find gives the targets of a number to which a call is redirected or
// transferred.
func (s *Switch) find(number string) ([]bridge.Target, int) {
	r, code := s.routeOf(number, seam.Leg{})
	return r.Targets, code
}

// targetsOf gives the targets of a route that are not known to be down; where
// all are, each with a short guard time.
func (s *Switch) targetsOf(p *plan, r *routing.Route, number string) []bridge.Target {
	var up, down []bridge.Target
	for _, t := range r.Targets {
		shown := s.hooks.Translated(number, t.Called.Apply(r.Called.Apply(number)))
		b := bridge.Target{
			Name: t.Name, Trunk: true, Guard: r.Guard, Ring: r.Ring, Hop: wire.Hop{Transport: wire.UDP, Addr: t.Addr}, Bypass: r.Bypass,
			URI:    sip.Uri{Scheme: "sip", User: shown, Host: t.Addr.Addr().String(), Port: int(t.Addr.Port())},
			Number: shown, Caller: t.Caller, Identity: p.trunks[t.Name].IdentityTo,
		}
		if (s.targets.Down(t.Name) || s.targets.Resting(t.Name)) && s.hooks.SkipDown() {
			b.Down, b.Guard = true, r.GuardDown
			down = append(down, b)
			continue
		}
		up = append(up, b)
	}
	if len(up) > 0 {
		return up
	}
	return down
}

// admit lets a request of an account pass and tells whose, or answers it: 401
// to be asked again with credentials, 403 where they are wrong or somebody
// else's. A call may leave out who it is from (RFC 3323 §4.1.1.3): its
// credentials say.
func (s *Switch) admit(m *wire.Message, t *transaction.Server) (string, bool) {
	user, verdict := s.guard.Check(m.Request)
	owner, whose := s.plan.Load().owner, m.Request.From().Address.User
	if m.Request.Method == sip.REGISTER {
		whose = m.Request.To().Address.User
	}
	own := owner.of(whose) == user || s.mayBeAnother(m.Request)
	switch {
	case verdict == access.Challenge && m.Request.Method == sip.REGISTER && s.hooks.NeedsNone(s.unproved(m.Request)):
		return owner.of(whose), true
	case verdict == access.Admitted && own && user != "":
		return user, true
	case verdict == access.Challenge || verdict == access.Stale:
		res := s.response(m, sip.StatusUnauthorized)
		s.guard.Ask(res, owner.of(whose), verdict == access.Stale)
		s.send(t, res)
	default:
		if m.Request.Method == sip.REGISTER && own && s.hooks.BindsRefused() {
			_ = s.places.Register(whose, registrar.Terms{}, m, s.response(m, sip.StatusOK))
		}
		s.log.Warn("refused", "user", user, "from", m.From().String())
		if m.Request.IsInvite() {
			s.turnAway(m, t, "", sip.StatusForbidden)
			break
		}
		s.answer(m, t, sip.StatusForbidden)
	}
	return "", false
}

// mayBeAnother tells whether an account may ask for what is another's.
func (s *Switch) mayBeAnother(req *sip.Request) bool {
	if req.IsInvite() {
		return bridge.Anonymous(req) || !s.hooks.OwnFrom()
	}
	return !s.hooks.OwnAccount()
}

func (s *Switch) unproved(req *sip.Request) seam.Unproved {
	p := s.plan.Load()
	account, removal := p.accounts[p.owner.of(req.To().Address.User)], false
	if h := req.GetHeader("Expires"); h != nil {
		removal = h.Value() == "0"
	}
	if c := req.Contact(); c != nil {
		if own, ok := c.Params.Get("expires"); ok {
			removal = own == "0"
		}
	}
	return seam.Unproved{Many: len(account.Numbers) > 0, Removal: removal}
}

// turnAway refuses a call and enters it into the call records.
func (s *Switch) turnAway(m *wire.Message, t *transaction.Server, from string, code int) {
	s.answer(m, t, code)
	s.turnedAway(m, from, code)
}

func (s *Switch) response(m *wire.Message, code int) *sip.Response {
	res := wire.NewResponse(m.Request, code, bridge.Reason(code), rand.Text())
	if code == sip.StatusOK || code == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", bridge.Allow))
	}
	if code == sip.StatusServiceUnavailable {
		res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(bridge.RetryAfter)))
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
