// Package local belongs to a module of a new version of Go; its timers are
// reported because the flag asks for them.
package local

import "time"

// Leaks until the collector runs: nobody stops it.
func First(ch <-chan int) (int, bool) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	select {
	case n := <-ch:
		return n, true
	case <-t.C:
		return 0, false
	}
}

// Likewise.
func Ask(d time.Duration, answers <-chan string) string {
	t := time.NewTimer(d) // want `timerleak/timer-not-stopped`
	select {
	case a := <-answers:
		return a
	case <-t.C:
		return ""
	}
}

// Fine with the flag, too.
func Stopped(ch <-chan int) int {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	<-t.C
	return <-ch
}
