package site

import "fmt"

// Preset names a kind of system by the codes that it answers with.
type Preset string

// The presets. Any is what one of the others accepts, case by case.
const (
	RFC      Preset = "rfc"
	Kamailio Preset = "kamailio"
	Asterisk Preset = "asterisk"
	SBC      Preset = "sbc"
	Any      Preset = "any"
)

// UnmarshalText reads a preset.
func (p *Preset) UnmarshalText(b []byte) error {
	switch *p = Preset(b); *p {
	case RFC, Kamailio, Asterisk, SBC, Any:
		return nil
	}
	return fmt.Errorf("no preset %q: want rfc, kamailio, asterisk, sbc or any", string(b))
}

// codes gives the preset's codes.
func (p Preset) codes() Expect {
	switch p {
	case Kamailio:
		return kamailio()
	case Asterisk:
		return asterisk()
	case SBC:
		return sbc()
	case Any:
		return anyOf(strict(), kamailio(), asterisk(), sbc())
	}
	return strict()
}

// strict is what RFC 3261 §21 and RFC 3398 §8.2.6.1 have for each case.
func strict() Expect {
	return Expect{
		Busy:        []int{486, 600},
		Offline:     []int{480},
		Unallocated: []int{404, 604},
		Incomplete:  []int{484},
		Rejected:    []int{603},
		NoAnswer:    []int{408, 480},
		NoCodec:     []int{488, 606},
		// A stranger may be asked who it is (RFC 3261 §22), or refused.
		Untrusted:     []int{401, 403, 407},
		WrongPassword: []int{401, 403, 407},
		Cancelled:     []int{487},
		// 503 from the last target goes upstream as 500 (RFC 3261 §16.7 step 6).
		AllDown: []int{408, 500, 503, 504},
		Loop:    []int{482, 483},
	}
}

// kamailio: a proxy passes on what the callee said, and its own answers are
// its script's. The default script has 404 for a number without a contact
// (route[LOCATION]) and knows no length of numbers; tm answers 408 for a
// silent target and 477 for one that it cannot send to; the example of the
// dispatcher has 404 once no destination is left; auth says 401 or 407 again
// to wrong credentials.
func kamailio() Expect {
	e := strict()
	e.Offline = []int{404, 480}
	e.Incomplete = []int{404, 484}
	e.AllDown = []int{404, 408, 477, 478, 480, 500, 503, 504}
	return e
}

// asterisk: what the called side said becomes a Q.850 cause, and that a code
// for the caller (channels/chan_pjsip.c, hangup_sip2cause and
// hangup_cause2sip): 603 becomes 21 and so 403, 482 and 483 become 127 and 19
// and so 500 and 480. A phone without a contact is cause 3 and 404; a
// dialplan that ends after Dial says 503 in its place, and to any other
// failure but busy (main/pbx.c, autofallthrough), which tells callers of a
// fault where there is none: that is accepted of what is not there, and not
// of a callee that declined. No cause, as of a Dial that timed out, is 603. A
// number without an extension is 404, and the start of one 484, unless
// allow_overlap is off (res/res_pjsip_session.c, get_destination).
func asterisk() Expect {
	e := strict()
	e.Offline = []int{404, 480, 503}
	e.Incomplete = []int{404, 484}
	e.Rejected = []int{403, 603}
	e.NoAnswer = []int{408, 480, 603}
	e.AllDown = []int{408, 480, 500, 502, 503, 504, 603}
	e.Loop = []int{480, 482, 483, 500, 503}
	return e
}

// sbc: border controllers and carriers map codes so that nothing is told of
// what lies behind them; which code is policy. Offline and down are often one
// thing to them.
func sbc() Expect {
	e := strict()
	e.Offline = []int{404, 408, 480, 500, 503, 504}
	e.Unallocated = []int{404, 410, 484, 604}
	e.Incomplete = []int{404, 484}
	e.Rejected = []int{403, 480, 486, 603}
	e.NoAnswer = []int{408, 480, 504}
	e.NoCodec = []int{415, 488, 606}
	e.AllDown = []int{408, 480, 500, 502, 503, 504}
	e.Loop = []int{480, 482, 483, 500, 503}
	return e
}

// anyOf accepts in each case what one of the kinds does.
func anyOf(kinds ...Expect) Expect {
	var out Expect
	for i, c := range out.Cases() {
		for _, k := range kinds {
			*c.Codes = union(*c.Codes, *k.Cases()[i].Codes)
		}
	}
	return out
}
