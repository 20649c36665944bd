// Package params has channels of types that are parameters.
package params

import "time"

func receive[C ~chan int | ~<-chan int](c C) int { return <-c }

func hangs() {
	go func() { // want `goroutine may wait for ever to receive from c \(goroutineleak/blocked-receive\)`
		c := make(chan int)
		receive(c)
	}()
}

// Ticks are received from what may be a channel of any name.
func ticks[C ~<-chan time.Time](c C, done chan bool) {
	go func() {
		for {
			select {
			case <-c:
			case <-done:
				return
			}
		}
	}()
	<-c
}
