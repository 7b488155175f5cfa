package seam

// Access bends who may register and call.
type Access struct {
	// Credentials changes what the check of a digest came to.
	Credentials func(valid bool) bool
	// CallCredentials does so for an INVITE, RegisterCredentials for a REGISTER.
	CallCredentials, RegisterCredentials func(valid bool) bool
	// BindRefused tells whether a contact is bound though its REGISTER was not
	// admitted.
	BindRefused func() bool
	// Admit tells whether a call from an address that is nobody's is taken
	// for a trunk's. TrunkNumber says that the number in its From is one that
	// a trunk is called by.
	Admit func(trunkNumber bool) bool
}

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
func (h *Hooks) Admitted(trunkNumber bool) bool {
	return h != nil && h.Admit != nil && h.Admit(trunkNumber)
}
