// Package helper has functions that other packages of the module give tickers
// and timers to. What they do with them reaches the callers as facts.
package helper

import (
	"fmt"
	"os"
	"time"
)

// Drain never comes back: nobody closes the channel of a ticker.
func Drain(ticks <-chan time.Time, beat func()) {
	for range ticks {
		beat()
	}
}

// DrainUntil comes back when done is closed.
func DrainUntil(ticks <-chan time.Time, done <-chan struct{}, beat func()) {
	for {
		select {
		case <-ticks:
			beat()
		case <-done:
			return
		}
	}
}

// Background waits for the ticker on a goroutine of its own, for ever.
func Background(t *time.Ticker, beat func()) {
	go func() {
		for {
			<-t.C
			beat()
		}
	}()
}

// Halt stops the ticker after it has said so.
func Halt(t *time.Ticker) {
	fmt.Println("stopped")
	t.Stop()
}

// Observe only looks at the ticker.
func Observe(t *time.Ticker) int { return len(t.C) }

var kept []*time.Ticker

// Keep stores the ticker, HaltAll stops what was stored.
func Keep(t *time.Ticker) { kept = append(kept, t) }

func HaltAll() {
	for _, t := range kept {
		t.Stop()
	}
	kept = nil
}

// Die never comes back because it ends the process.
func Die(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Every leaks: each call leaves a goroutine behind that nothing can end.
func Every(d time.Duration, beat func()) {
	t := time.NewTicker(d) // want `never ends; .*timerleak/ticker-goroutine`
	go func() {
		defer t.Stop()
		for range t.C {
			beat()
		}
	}()
}

// EveryUntil is fine: the function it returns ends the goroutine.
func EveryUntil(d time.Duration, beat func()) (stop func()) {
	t := time.NewTicker(d)
	done := make(chan struct{})
	go func() {
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				beat()
			}
		}
	}()
	return func() { close(done) }
}

// Wait never comes back.
func Wait(t *time.Ticker, beat func()) {
	for range t.C {
		beat()
	}
}
