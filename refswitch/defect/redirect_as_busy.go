package defect

import "ringproof/refswitch/internal/seam"

func redirectAsBusy() Defect {
	return Defect{
		Name:     "redirect-as-busy",
		Fault:    "302 from the called side reaches the caller as 486.",
		Cause:    "routing",
		Check:    "redirect.followed",
		Scenario: "redirect",
		Hooks:    &seam.Hooks{Session: seam.Session{RedirectCode: func() int { return 486 }}},
	}
}
