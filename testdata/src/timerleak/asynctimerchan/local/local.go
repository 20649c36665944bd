// Package local belongs to a module whose go.mod asks for the old timers.
package local

import "time"

// Leaks: with asynctimerchan=1 the runtime keeps what nobody stops.
func First(ch <-chan int) (int, bool) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	select {
	case n := <-ch:
		return n, true
	case <-t.C:
		return 0, false
	}
}

// Leaks: every event leaves a timer of five minutes behind.
func Idle(events <-chan string, idle func()) {
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-time.After(5 * time.Minute): // want `timerleak/after-in-loop`
			idle()
		}
	}
}

// Fine: stopped.
func Stopped(ch <-chan int) int {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	<-t.C
	return <-ch
}
