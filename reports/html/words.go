package html

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// ms prints nanoseconds for people.
func ms(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Millisecond:
		return "under 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// span is ms for a duration.
func span(d time.Duration) string { return ms(int64(d)) }

// clock prints seconds to the millisecond.
func clock(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// times counts what there is one of or more: "1 packet", "22 packets".
func times(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// styled makes a CSS class of a result.
func styled(result string) string { return strings.ReplaceAll(result, " ", "-") }

// address prints an address that may not be known.
func address(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
