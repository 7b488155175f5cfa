package batch

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// CPU gives how long the calling thread has run, in nanoseconds. The caller
// must be locked to its thread.
func CPU() int64 {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts) != nil {
		return 0
	}
	return ts.Nano()
}

// Queued gives how long the calling thread was ready to run and had no core,
// in nanoseconds; 0 where the kernel does not tell.
func Queued() int64 {
	b, err := os.ReadFile("/proc/thread-self/schedstat")
	if err != nil {
		return 0
	}
	var ran, waited int64
	if _, err := fmt.Sscan(string(b), &ran, &waited); err != nil {
		return 0
	}
	return waited
}

// Stolen gives how long the host of this virtual machine had its cores while
// they were wanted here, in nanoseconds, all cores together; 0 where there is no
// host, or it does not tell. The kernel counts it in hundredths of a second
// (proc_stat(5), steal).
func Stolen() int64 {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	all, _, _ := strings.Cut(string(b), "\n")
	if f := strings.Fields(all); len(f) > 8 {
		n, _ := strconv.ParseInt(f[8], 10, 64) // 0 if it is no number
		return n * int64(10*time.Millisecond)
	}
	return 0
}
