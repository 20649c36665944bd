//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// maxMemory returns how much memory a process took at most, in bytes.
func maxMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	n := int64(usage.Maxrss)
	if runtime.GOOS != "darwin" {
		n <<= 10
	}
	return n
}
