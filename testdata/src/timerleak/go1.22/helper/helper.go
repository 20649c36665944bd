// Package helper has functions that other packages of the module give tickers
// and timers to. What they do with them reaches the callers as facts.
package helper

import (
	"io"
	"time"
)

// Halt stops the ticker.
func Halt(t *time.Ticker) { t.Stop() }

// Count only reads from the ticker.
func Count(t *time.Ticker, n int) {
	for range n {
		<-t.C
	}
}

type holder struct{ t *time.Ticker }

func (h *holder) Close() error {
	h.t.Stop()
	return nil
}

// Closer keeps the ticker in what it returns.
func Closer(t *time.Ticker) io.Closer { return &holder{t} }

// Stopper returns the function that stops the ticker.
func Stopper(t *time.Ticker) func() { return t.Stop }

// Base is embedded by types of other packages; its Shutdown stops Beat.
type Base struct{ Beat *time.Ticker }

func (b *Base) Shutdown() { b.Beat.Stop() }

// Fatal never comes back.
func Fatal(msg string) { panic(msg) }
