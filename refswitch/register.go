package refswitch

import (
	"errors"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/bridge"
	"ringproof/refswitch/registrar"
)

// register carries out a REGISTER (RFC 3261 §10.3).
func (s *Switch) register(m *wire.Message, t *transaction.Server) {
	if _, ok := s.admit(m, t); !ok {
		return
	}
	named, p := m.Request.To().Address.User, s.plan.Load()
	account := p.accounts[p.owner.of(named)]
	aor, terms := account.User, registrar.Terms{MaxExpiry: account.MaxExpiry, Bulk: account.Bulk}
	if account.Bulk && named != account.User {
		// RFC 6140 §5.2: a number may have a contact of its own beside the
		// one of them all.
		aor, terms.Bulk, terms.Under = named, false, account.User
	}
	res := s.response(m, sip.StatusOK)
	err := s.places.Register(aor, terms, m, res)
	if err == nil {
		s.send(t, res)
		return
	}
	s.log.Info("register refused", "user", aor, "from", m.From().String(), "err", err)
	refused := &registrar.RefusedError{Code: sip.StatusInternalServerError}
	errors.As(err, &refused)
	res = s.response(m, refused.Code)
	if refused.Header != "" {
		res.AppendHeader(sip.NewHeader(refused.Header, refused.Value))
	}
	s.send(t, res)
}

// contacts gives where a number of an account is reached, in the order in
// which its contacts are tried; or the code to refuse it with. Contacts are
// tried one after the other, as RFC 3261 §16.6 allows: by q, then the one
// renewed last; the next where one fails or stays silent.
func (s *Switch) contacts(user, number string) ([]bridge.Target, int) {
	account := s.plan.Load().accounts[user]
	var bound []registrar.Binding
	if number != user && account.Bulk {
		bound = s.places.Lookup(number) // one of its own
	}
	if len(bound) == 0 {
		bound = s.places.Lookup(user)
	}
	toContact := s.hooks.ToContact(account.RequestURI != Dialled)
	var out []bridge.Target
	for _, b := range bound {
		u := b.At(number)
		if !b.Bulk && !toContact {
			u.User = number
		}
		out = append(out, bridge.Target{
			Name: user, URI: u, Hop: b.Hop, Routes: b.Path, Guard: defaultGuard, Ring: account.Ring, Number: number,
		})
	}
	if len(out) == 0 {
		return nil, s.hooks.Offline(sip.StatusTemporarilyUnavailable, s.places.Ever(user)) // RFC 3261 §21.4.18
	}
	return out, 0
}
