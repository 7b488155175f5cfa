package defect

import "ringproof/refswitch/internal/seam"

func noCodecAsBusy() Defect {
	return Defect{
		Name:     "no-codec-as-busy",
		Fault:    "488 from the called side reaches the caller as 486.",
		Cause:    "signalling",
		Check:    "codec.refused",
		Scenario: "codec.none",
		Hooks: &seam.Hooks{Dialog: seam.Dialog{FinalCode: func(code, _ int) int {
			if code == 488 {
				return 486
			}
			return code
		}}},
	}
}
