//go:build unix

package watch

import (
	"errors"
	"os/exec"
	"syscall"
)

// ownGroup has a command and what it starts be a group, which Ctrl-C does not
// reach.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

func nobodyListens(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
