//go:build !unix

package process

import "os/exec"

// ofItsOwn has no groups to give here: what a program has started is its own
// to end.
func ofItsOwn(*exec.Cmd) {}

func terminate(c *exec.Cmd) { _ = c.Process.Kill() }

func kill(c *exec.Cmd) { _ = c.Process.Kill() }
