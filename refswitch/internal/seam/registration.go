package seam

import "time"

// Registration bends where accounts are reached, and who passes for one.
type Registration struct {
	// Immortal tells whether bindings outlive their expiry.
	Immortal func() bool
	// KeepRemoved tells whether a removal is answered and not carried out.
	KeepRemoved func(Removal) bool
	// KeepExpiry tells whether a renewal leaves the expiry as it was.
	KeepExpiry func() bool
	// ListOthers tells whether the answer to a renewal lists the contacts of
	// other accounts too.
	ListOthers func() bool
	// ForgetIdle tells whether a binding is dropped that was not renewed for
	// so long, although its expiry has not come.
	ForgetIdle func(time.Duration) bool
	// OldestFirst tells whether the contact that was renewed longest ago is
	// tried first.
	OldestFirst func() bool
	// Unbound tells whether a number is taken for nobody's.
	Unbound func(Number) bool
	// ContactForm changes whether the Request-URI has the contact's user, in
	// place of the number dialled.
	ContactForm func(contact bool) bool
	// OfflineCode changes what a call to an account without a contact gets.
	OfflineCode func(code int, ever bool) int
	// AnyCount tells whether credentials may be used again.
	AnyCount func() bool
	// AnyFrom tells whether an account may call with another's number.
	AnyFrom func() bool
}

// Removal is how a contact is removed: by its own expires parameter, or by the
// Expires header field.
type Removal struct{ ByContact bool }

// Number is a number that is bound to an account: one of a range, at its
// beginning or end, or one by itself, which is both.
type Number struct{ Bulk, First, Last bool }

// Outlive tells whether bindings outlive their expiry.
func (h *Hooks) Outlive() bool { return h != nil && h.Immortal != nil && h.Immortal() }

// Remain tells whether a contact stays that was to be removed.
func (h *Hooks) Remain(r Removal) bool { return h != nil && h.KeepRemoved != nil && h.KeepRemoved(r) }

// Renewed gives the expiry of a contact that was renewed.
func (h *Hooks) Renewed(before, now time.Time) time.Time {
	if h != nil && h.KeepExpiry != nil && h.KeepExpiry() {
		return before
	}
	return now
}

// Remembers tells whether a binding holds that was last renewed so long ago.
func (h *Hooks) Remembers(idle time.Duration) bool {
	return h == nil || h.ForgetIdle == nil || !h.ForgetIdle(idle)
}

// PreferOldest tells whether contacts are tried from the oldest on.
func (h *Hooks) PreferOldest() bool { return h != nil && h.OldestFirst != nil && h.OldestFirst() }

// Bound tells whether a number leads to its account.
func (h *Hooks) Bound(n Number) bool { return h == nil || h.Unbound == nil || !h.Unbound(n) }

// ToContact tells whether the Request-URI has the contact's user.
func (h *Hooks) ToContact(contact bool) bool {
	if h == nil || h.ContactForm == nil {
		return contact
	}
	return h.ContactForm(contact)
}

// Offline gives the code for a call to an account without a contact.
func (h *Hooks) Offline(code int, ever bool) int {
	if h == nil || h.OfflineCode == nil {
		return code
	}
	return h.OfflineCode(code, ever)
}

// Counts tells whether the use of credentials is counted.
func (h *Hooks) Counts() bool { return h == nil || h.AnyCount == nil || !h.AnyCount() }

// OwnFrom tells whether accounts must call as themselves.
func (h *Hooks) OwnFrom() bool { return h == nil || h.AnyFrom == nil || !h.AnyFrom() }

// ListsOthers tells whether a renewal is answered with others' contacts too.
func (h *Hooks) ListsOthers() bool { return h != nil && h.ListOthers != nil && h.ListOthers() }
