package load

import (
	"errors"
	"fmt"
	"syscall"
)

// ScarceError says that this machine did not give what a load needs: nothing
// was measured, and nothing was proved of the system under test.
type ScarceError struct {
	Reason
	Err error
}

func (e *ScarceError) Error() string { return e.What }
func (e *ScarceError) Unwrap() error { return e.Err }

// scarce tells an error of a socket that this machine had no more of something
// from others.
func scarce(err error) error {
	if change := more(err); change != "" {
		return &ScarceError{Reason{fmt.Sprint(err), change}, err}
	}
	return err
}

// more says how this machine gives more of what an error says that there was
// none of; nothing for other errors.
func more(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return "Let this process open more files (ulimit -n, or LimitNOFILE= of its unit)."
	case errors.Is(err, syscall.ENFILE):
		return "Let this machine open more files: sysctl -w fs.file-max=1000000."
	case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
		return "Stop what else takes memory on this machine, or ask for smaller buffers."
	}
	return ""
}
