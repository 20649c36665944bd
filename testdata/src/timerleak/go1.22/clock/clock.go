// Package clock has tickers of a clock that tests can replace.
package clock

import (
	"context"
	"time"
)

type Ticker interface {
	Chan() <-chan time.Time
	Stop()
}

type Clock interface{ NewTicker(time.Duration) Ticker }

func left(ctx context.Context, c Clock, f func()) {
	t := c.NewTicker(time.Second) // want `ticker is not stopped on every path; held by the runtime timer heap \(timerleak/ticker-not-stopped\)`
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.Chan():
			f()
		}
	}
}

// Fine.
func stopped(c Clock) time.Time {
	t := c.NewTicker(time.Second)
	defer t.Stop()
	return <-t.Chan()
}

// Fine: the caller's.
func handed(c Clock) Ticker { return c.NewTicker(time.Second) }

type book struct{}

func (book) NewTicker(line int) *book { return &book{} }
func (*book) Stop()                   {}

// Fine: no clock.
func other(b book) { b.NewTicker(3) }
