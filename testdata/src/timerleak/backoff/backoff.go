// Package backoff stands for the module of that name: a goroutine runs each of
// its tickers, and Stop closes the channel.
package backoff

import "time"

type Ticker struct{ C <-chan time.Time }

type BackOff interface{ Next() time.Duration }

func NewTicker(b BackOff) *Ticker {
	c := make(chan time.Time)
	t := &Ticker{C: c}
	go run(t, c, b)
	return t
}

func run(*Ticker, chan time.Time, BackOff) {}

func (t *Ticker) Stop() {}
