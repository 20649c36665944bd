// Package fixes has tickers that a deferred Stop would help, and such as it
// would not.
package fixes

import (
	"errors"
	"time"
)

// A case clause is a place for a defer.
func Case(n int, f func() error) error {
	switch n {
	case 1:
		t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
		<-t.C
		return f()
	case 2:
		var u *time.Ticker
		u = time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
		<-u.C
	}
	return nil
}

// So is one of a select statement.
func Select(in <-chan int) int {
	select {
	case n := <-in:
		t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
		<-t.C
		return n
	default:
		return 0
	}
}

// The name means the ticker where the defer stands, whatever it means later.
func Shadow(f func() (int, error)) error {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	<-t.C
	if t, err := f(); err != nil || t == 0 {
		return errors.New("t")
	}
	return nil
}

// No fix: there is no place for it between the parts of an if statement.
func Init(f func()) {
	if t := time.NewTicker(time.Second); t != nil { // want `timerleak/ticker-not-stopped`
		<-t.C
		f()
	}
}

// No fix: two at once.
func Pair(f func()) {
	a, b := time.NewTicker(time.Second), time.NewTicker(time.Minute) // want `timerleak/ticker-not-stopped` `timerleak/ticker-not-stopped`
	select {
	case <-a.C:
	case <-b.C:
	}
	f()
}

// No fix: the variable gets another ticker.
func Again(slow bool) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	if slow {
		t = time.NewTicker(time.Minute) // want `timerleak/ticker-not-stopped`
	}
	<-t.C
}

// No fix: the caller waits for the channel.
func Channel() <-chan time.Time {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	return t.C
}

// No fix: in a loop the calls would pile up.
func Loop(in <-chan int) {
	for range in {
		t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
		<-t.C
	}
}
