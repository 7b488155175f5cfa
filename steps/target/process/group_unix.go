//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// ofItsOwn gives a program a process group, so that it can be ended with all
// that it has started, and a key that interrupts us does not end it first.
func ofItsOwn(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM) } // it may have ended

func kill(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
