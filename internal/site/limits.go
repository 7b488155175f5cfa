package site

import (
	"fmt"
	"time"
)

// Limits are what was contracted with whoever answers for the system under
// test: no load goes beyond.
type Limits struct {
	Rate  float64 `yaml:"rate"`  // calls a second
	Calls int     `yaml:"calls"` // calls at a time
}

// LoadThresholds are what calls under load are held to.
type LoadThresholds struct {
	// Failed is the share of the calls that may fail, in percent.
	Failed float64 `yaml:"failed"`
	// SRD and PDD are the 95th percentiles of the session request delay
	// (RFC 6076 §4.3.1) and of the post-dial delay; zero, of SRD, is no bound.
	SRD time.Duration `yaml:"srd"`
	PDD time.Duration `yaml:"pdd"`
}

// Exceeded tells, in words, what of a load goes beyond the limits; empty where
// nothing does. They bind where somebody else's system is tested: the bundled
// switch is ours.
func (s *Site) Exceeded(rate float64, calls int) string {
	switch _, real := s.Tested(); {
	case !real:
		return ""
	case rate > s.Limits.Rate:
		return fmt.Sprintf("%g calls a second: limits.rate allows %g", rate, s.Limits.Rate)
	case calls > s.Limits.Calls:
		return fmt.Sprintf("%d calls at a time: limits.calls allows %d", calls, s.Limits.Calls)
	}
	return ""
}

// validateLoad looks at what concerns load. A limit is wanted where somebody
// else's system is to be loaded: nobody consents to any load at all.
func (s *Site) validateLoad(fault faultFunc) {
	if r := s.Limits.Rate; r < 0 {
		fault("limits.rate", "%g: want calls a second, above 0", r)
	}
	if n := s.Limits.Calls; n < 0 {
		fault("limits.calls", "%d: want calls at a time, above 0", n)
	}
	if _, real := s.Tested(); real && s.Consent.Load && (s.Limits.Rate == 0 || s.Limits.Calls == 0) {
		fault("consent.load", "no limits beside it: want limits: {rate: 10, calls: 30}, the calls a second and the calls at a time that are agreed")
	}
	if p := s.Thresholds.Load.Failed; p < 0 || p > 100 {
		fault("thresholds.load.failed", "%g: want percent, from 0 to 100", p)
	}
}
