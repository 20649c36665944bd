//go:build !unix

package watch

import "os/exec"

func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

// nobodyListens is not known: the error of the system says it in its own words.
func nobodyListens(error) bool { return false }
