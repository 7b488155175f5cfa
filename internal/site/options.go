package site

import "fmt"

// Options are features that a healthy system may lack. One that is not said
// is offered; one that is false makes its scenarios not applicable.
type Options struct {
	PRACK            *bool `yaml:"prack"`             // RFC 3262
	SessionTimers    *bool `yaml:"session_timers"`    // RFC 4028
	DelayedOffer     *bool `yaml:"delayed_offer"`     // INVITE without SDP, RFC 3264 §4
	REFER            *bool `yaml:"refer"`             // RFC 3515
	UPDATE           *bool `yaml:"update"`            // RFC 3311
	Redirect         *bool `yaml:"redirect"`          // follows a 3xx, RFC 3261 §8.1.3.4
	EarlyMedia       *bool `yaml:"early_media"`       // passes SDP in a 183, RFC 3960
	BulkRegistration *bool `yaml:"bulk_registration"` // RFC 6140
	OptionsPing      *bool `yaml:"options_ping"`      // answers OPTIONS, RFC 3261 §11
	TransferResult   *bool `yaml:"transfer_result"`   // tells a transferor what the target answers, RFC 3515 §2.4.5
	TryingFallback   *bool `yaml:"trying_fallback"`   // a 100 does not end the guard time
	MaxForwards      *bool `yaml:"max_forwards"`      // a call goes on with the hops that are left, RFC 7332 §3
	ForeignRefused   *bool `yaml:"foreign_refused"`   // who is of another domain may not call its accounts
	// Turns is no feature but a need: the parties speak one after the other,
	// for systems that suppress echo or pass one voice at a time.
	Turns bool `yaml:"turns"`
}

// Option is one feature and what the profile says of it.
type Option struct {
	Name    string // of its field in the profile, and in the tag @option:NAME
	Offered bool
}

// All gives all features, in the order of the profile.
func (o Options) All() []Option {
	is := func(name string, b *bool) Option { return Option{name, b == nil || *b} }
	return []Option{
		is("prack", o.PRACK),
		is("session_timers", o.SessionTimers),
		is("delayed_offer", o.DelayedOffer),
		is("refer", o.REFER),
		is("update", o.UPDATE),
		is("redirect", o.Redirect),
		is("early_media", o.EarlyMedia),
		is("bulk_registration", o.BulkRegistration),
		is("options_ping", o.OptionsPing),
		is("transfer_result", o.TransferResult),
		is("trying_fallback", o.TryingFallback),
		is("max_forwards", o.MaxForwards),
		is("foreign_refused", o.ForeignRefused),
	}
}

// Offers tells whether the system offers a feature. An unknown name is an
// error.
func (o Options) Offers(name string) (bool, error) {
	for _, x := range o.All() {
		if x.Name == name {
			return x.Offered, nil
		}
	}
	return false, fmt.Errorf("no option %q", name)
}
