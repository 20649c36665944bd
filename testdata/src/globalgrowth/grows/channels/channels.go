// Package channels has package-level channels.
package channels

import "context"

var lost = make(chan string, 100)

func Lose(s string) {
	lost <- s // want `channel is sent to and never received from; held by package variable lost \(globalgrowth/chan-only-grows\)`
}

var dropped = make(chan string, 100)

// Drop does not wait when the channel is full.
func Drop(ctx context.Context, s string) {
	select {
	case dropped <- s:
	case <-ctx.Done():
	}
}

var found = make(chan string)

func Find(s string) { found <- s }

func Found() string { return <-found }

// Public can be received from by anybody.
var Public = make(chan string, 10)

func Announce(s string) { Public <- s }

var lent = make(chan string)

func Lend(s string) { lent <- s }

func Lent() <-chan string { return lent }

var asked = make(chan chan int)

func init() { go answer() }

// answer is fine: who asks receives from the channel that it has sent.
func answer() {
	for to := range asked {
		to <- 42
	}
}

func Ask() int {
	to := make(chan int)
	asked <- to
	return <-to
}
