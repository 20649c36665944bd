// Package lent gives what it makes to a function of another package, which calls
// that when it likes.
package lent

import (
	"time"

	"example.com/timers/lent/single"
)

type broker struct{ in chan int }

// Broker makes one, as far as nobody here can see.
func Broker() *broker {
	return single.Of(func() *broker {
		b := &broker{in: make(chan int)}
		go b.listen()
		return b
	})
}

func (b *broker) listen() {
	beat := time.NewTicker(time.Second) // want `goroutine waits for the ticker in a loop that never ends; held by \(\*broker\)\.listen \(timerleak/ticker-goroutine, latent\)`
	for {
		select {
		case <-beat.C:
			println("alive")
		case n := <-b.in:
			println(n)
		}
	}
}
