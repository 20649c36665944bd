package proxy

import "syscall"

// brokenPipe is the error of a write that nobody reads.
var brokenPipe error = syscall.NewError("write on closed pipe")
