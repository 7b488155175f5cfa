package batch

import (
	"testing"

	"golang.org/x/sys/unix"
)

// NoChecksums turns off the checksums of what a socket sends, without which the
// kernel refuses to cut.
func NoChecksums(t *testing.T, s *Socket) {
	t.Helper()
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_NO_CHECK, 1); err != nil {
		t.Fatal(err)
	}
}
