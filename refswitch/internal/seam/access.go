package seam

// Access bends who may register and call.
type Access struct {
	// Credentials changes what the check of a digest came to.
	Credentials func(valid bool) bool
	// CallCredentials does so for an INVITE, RegisterCredentials for a REGISTER.
	CallCredentials, RegisterCredentials func(valid bool) bool
	// NoCredentials tells whether a REGISTER without credentials is carried
	// out.
	NoCredentials func(Unproved) bool
	// AnyAccount tells whether an account may register at another's.
	AnyAccount func() bool
	// BindRefused tells whether a contact is bound though its REGISTER was not
	// admitted.
	BindRefused func() bool
	// Admit tells whether a call from an address that is nobody's is taken
	// for a trunk's.
	Admit func(Stranger) bool
}

// Stranger is who calls from an address that is nobody's: TrunkNumber says that
// the number in its From is one that a trunk is called by, Foreign that the
// domain there is not the switch's, Digits how long the number is that it calls.
type Stranger struct {
	TrunkNumber, Foreign bool
	Digits               int
}

// Unproved is a REGISTER without credentials: for an account of many numbers,
// and for the removal of contacts.
type Unproved struct{ Many, Removal bool }

// Verified gives what the check of a digest comes to.
func (h *Hooks) Verified(valid bool) bool {
	if h == nil || h.Credentials == nil {
		return valid
	}
	return h.Credentials(valid)
}

// VerifiedCall gives what the check of an INVITE's digest comes to.
func (h *Hooks) VerifiedCall(valid bool) bool {
	if h == nil || h.CallCredentials == nil {
		return valid
	}
	return h.CallCredentials(valid)
}

// VerifiedRegister gives what the check of a REGISTER's digest comes to.
func (h *Hooks) VerifiedRegister(valid bool) bool {
	if h == nil || h.RegisterCredentials == nil {
		return valid
	}
	return h.RegisterCredentials(valid)
}

// BindsRefused tells whether a contact is bound though it was not admitted.
func (h *Hooks) BindsRefused() bool { return h != nil && h.BindRefused != nil && h.BindRefused() }

// Admitted tells whether a call from an address that is nobody's is let in.
func (h *Hooks) Admitted(s Stranger) bool { return h != nil && h.Admit != nil && h.Admit(s) }

// NeedsNone tells whether a REGISTER without credentials is carried out.
func (h *Hooks) NeedsNone(u Unproved) bool {
	return h != nil && h.NoCredentials != nil && h.NoCredentials(u)
}

// OwnAccount tells whether accounts may register at themselves alone.
func (h *Hooks) OwnAccount() bool { return h == nil || h.AnyAccount == nil || !h.AnyAccount() }
