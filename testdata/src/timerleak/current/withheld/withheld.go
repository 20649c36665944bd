// Package withheld has timers that nobody stops and that the collector takes
// back: the module's go line is 1.23 or later. The analyzer counts them.
package withheld

import "time"

// Withheld: ticker-not-stopped.
func First(ch <-chan int) (int, bool) {
	t := time.NewTicker(time.Second)
	select {
	case n := <-ch:
		return n, true
	case <-t.C:
		return 0, false
	}
}

// Withheld: after-in-loop.
func Idle(ch <-chan int, idle func()) {
	for {
		select {
		case _, ok := <-ch:
			if !ok {
				return
			}
		case <-time.After(time.Minute):
			idle()
		}
	}
}

// Withheld: tick-in-repeatable.
func Second() time.Time { return <-time.Tick(time.Second) }
