package stage

import (
	"context"
	"net/netip"

	"ringproof/internal/site"
	"ringproof/reports/record"
	"ringproof/simulators/phone"
	"ringproof/simulators/ua"
)

// Leave keeps our phones from an account for the rest of the run: scenarios
// that need it are unprovable, for that reason.
func (s *Stage) Leave(user, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[user] = why
}

// left gives why our phones keep from an account; empty where they do not.
func (s *Stage) left(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[user]
}

// Contacts asks the registrar for an account's contacts and changes none
// (RFC 3261 §10.2.3).
func (s *Stage) Contacts(ctx context.Context, a site.Account) (record.Registration, error) {
	return s.enrol(ctx, a, ua.Enrolment{Query: true})
}

// Remove has the registrar remove one contact of an account
// (RFC 3261 §10.2.2).
func (s *Stage) Remove(ctx context.Context, a site.Account, contact string) (record.Registration, error) {
	return s.enrol(ctx, a, ua.Enrolment{Contact: contact, Bulk: a.Bulk})
}

// enrol carries out one REGISTER from a phone of its own.
func (s *Stage) enrol(ctx context.Context, a site.Account, e ua.Enrolment) (record.Registration, error) {
	p, err := s.phone(a, "phone "+a.User)
	if err != nil {
		return record.Registration{}, err
	}
	defer p.Agent.Close(ctx)
	e.User, e.Username, e.Password = a.User, a.User, a.Password
	return p.Enrol(ctx, e)
}

// phone opens an account's phone under a name for the record.
func (s *Stage) phone(a site.Account, name string) (*phone.Phone, error) {
	return s.phoneAt(a, name, netip.AddrPortFrom(s.Own(), 0))
}
