package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// endStrays ends the processes that have the mark in their environment: they
// are asked to, and made to where they do not within the grace. It gives those
// that are left all the same.
func endStrays(mark string) (left []int) {
	for _, x := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, time.Second}} {
		if left = strays(mark); len(left) == 0 {
			return nil
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, x.signal) // it may have ended
		}
		for end := time.Now().Add(x.within); len(left) > 0 && time.Now().Before(end); left = strays(mark) {
			<-time.After(20 * time.Millisecond)
		}
	}
	return left
}

// strays gives the processes with the mark. Of those of other users nothing is
// known, and one that has ended has no environment.
func strays(mark string) (all []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ") // its one error is a bad pattern
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append([]byte{0}, b...), []byte("\x00"+mark+"\x00")) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && pid != os.Getpid() {
			all = append(all, pid)
		}
	}
	return all
}
