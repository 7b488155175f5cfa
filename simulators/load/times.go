package load

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Span is between what times [Times] are.
type Span struct {
	Least, Mean, Most time.Duration
	Endless           bool // there is no Most: they are exponential
}

// ParseTimes reads "3s", "2s-5s" or "exp 90s".
func ParseTimes(text string) (Times, error) {
	s, err := ParseSpan(text)
	switch {
	case err != nil:
		return nil, err
	case s.Endless:
		return Exponential(s.Mean), nil
	case s.Least == s.Most:
		return Fixed(s.Least), nil
	}
	return Uniform(s.Least, s.Most), nil
}

// ParseRinging reads the same of how long a number rings, which is no longer
// than a caller waits; what is exponential is cut short there.
func ParseRinging(text string) (Times, error) {
	s, err := ParseSpan(text)
	if err == nil && max(s.Mean, s.Most) > mostRinging {
		return nil, fmt.Errorf("%q: want %s at most, for callers give up after 32s", text, mostRinging)
	}
	if err != nil {
		return nil, err
	}
	return ParseTimes(text)
}

// ParseSpan reads the same, and gives between what times it is.
func ParseSpan(text string) (Span, error) {
	if a, ok := strings.CutPrefix(text, "exp "); ok {
		d, err := time.ParseDuration(strings.TrimSpace(a))
		if err != nil || d <= 0 {
			return Span{}, fmt.Errorf("%q: want a mean time above 0, like exp 90s", text)
		}
		return Span{Mean: d, Endless: true}, nil
	}
	if i := strings.IndexByte(text, '-'); i > 0 {
		least, err1 := time.ParseDuration(text[:i])
		most, err2 := time.ParseDuration(text[i+1:])
		if err1 != nil || err2 != nil || least < 0 || most < least {
			return Span{}, fmt.Errorf("%q: want a shorter and a longer time, like 2s-5s", text)
		}
		return Span{Least: least, Mean: least + (most-least)/2, Most: most}, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return Span{}, fmt.Errorf("%q: want a time like 3s, 2s-5s or exp 90s", text)
	}
	return Span{Least: d, Mean: d, Most: d}, nil
}

// AtATime gives how many calls that last so long there are at a time, on average
// and at least, when they have begun at a rate for a while.
func (s Span) AtATime(rate float64, during time.Duration) float64 {
	n := rate * s.Mean.Seconds()
	switch {
	case s.Endless:
		return n * -math.Expm1(-during.Seconds()/s.Mean.Seconds())
	case during < s.Most:
		return rate * min(s.Least, during).Seconds()
	}
	return n
}
