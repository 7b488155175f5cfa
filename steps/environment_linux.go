package steps

import (
	"fmt"
	"syscall"
	"time"
)

// unsynchronised is TIME_ERROR of adjtimex(2): nobody sets the clock.
const unsynchronised = 5

// clock says what the kernel takes the time from, and whether its wall clock
// is kept right by another. Durations are taken from the monotonic clock and
// do not depend on that.
func clock() string {
	text := firstLine("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	if text == "" {
		text = "of unknown source"
	}
	var t syscall.Timex // modes 0: it only reads
	switch state, err := syscall.Adjtimex(&t); {
	case err != nil:
		return text
	case state == unsynchronised:
		return text + ", not synchronised"
	}
	return fmt.Sprintf("%s, synchronised to within %s", text, time.Duration(t.Maxerror)*time.Microsecond)
}
