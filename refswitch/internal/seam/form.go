package seam

// Form bends what messages say beside what they are about.
type Form struct {
	// HideContact tells whether the 2xx to a caller has no Contact; delayed
	// says that it carries the offer.
	HideContact func(delayed bool) bool
	// HideType tells whether a new offer is passed on without its type.
	HideType func(Reoffer) bool
}

// HidesContact tells whether the 2xx to a caller has no Contact.
func (h *Hooks) HidesContact(delayed bool) bool {
	return h != nil && h.HideContact != nil && h.HideContact(delayed)
}

// HidesType tells whether a new offer is passed on without its type.
func (h *Hooks) HidesType(r Reoffer) bool { return h != nil && h.HideType != nil && h.HideType(r) }
