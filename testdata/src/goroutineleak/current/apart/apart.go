// Package apart waits in a function of another package.
package apart

import "example.com/goroutines/apart/lib"

// Wait waits for ever if there is an error: nothing is told, as it is not known where.
func Wait(work func() error) {
	done := make(chan struct{})
	go func() {
		if work() == nil {
			close(done)
		}
	}()
	lib.Wait(done)
}

// Receive waits here.
func Receive(work func() error) error {
	done, errc := make(chan struct{}), make(chan error)
	go func() {
		if work() == nil {
			close(done)
		}
	}()
	lib.Wait(done)
	return <-errc // want `may wait for ever to receive from errc`
}
