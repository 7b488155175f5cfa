package defect

import "ringproof/refswitch/internal/seam"

func transferStateless() Defect {
	return Defect{
		Name:     "transfer-stateless",
		Fault:    "What the transferor is told has no Subscription-State.",
		Cause:    "signalling",
		Check:    "transfer.subscribed",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{HideState: func() bool { return true }}},
	}
}
