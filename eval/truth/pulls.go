//go:build go1.23

package main

import "github.com/memlint/memlint/eval/truth/leaks"

// iter.Pull came with Go 1.23.
var pulls = []test{
	{category: "closeleak/never-released", leak: leaks.PullNotStopped, fixed: leaks.PullNotStoppedFixed, bytes: large, goroutines: 1},
}
