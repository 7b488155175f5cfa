package defect

import "ringproof/refswitch/internal/seam"

func contactHidden() Defect {
	return Defect{
		Name:     "contact-hidden",
		Fault:    "A 200 that brings the caller an offer has no Contact.",
		Cause:    "signalling",
		Check:    "dialog.contact",
		Scenario: "delayed-offer",
		Hooks:    &seam.Hooks{Form: seam.Form{HideContact: func(delayed bool) bool { return delayed }}},
	}
}
