package defect

import "ringproof/refswitch/internal/seam"

func transferorStays() Defect {
	return Defect{
		Name:     "transferor-stays",
		Fault:    "The transferor is kept in the call, and its BYE releases those whom it put together.",
		Cause:    "signalling",
		Check:    "transfer.out",
		Scenario: "transfer",
		Hooks:    &seam.Hooks{Session: seam.Session{KeepTransferor: func() bool { return true }}},
	}
}
