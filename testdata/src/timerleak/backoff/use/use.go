package use

import (
	"errors"

	"github.com/cenkalti/backoff/twin"
)

func Retry(b backoff.BackOff, f func() error) error {
	t := backoff.NewTicker(b) // want `ticker is not stopped on every path; held by its goroutine \(timerleak/ticker-not-stopped\)`
	for range t.C {
		if f() == nil {
			return nil
		}
	}
	return errors.New("gave up")
}

// Fine.
func Stopped(b backoff.BackOff, f func() error) {
	t := backoff.NewTicker(b)
	defer t.Stop()
	for range t.C {
		if f() == nil {
			return
		}
	}
}
