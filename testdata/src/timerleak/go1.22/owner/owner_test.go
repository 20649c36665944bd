package owner

import (
	"testing"
	"time"
)

// Fine: a test stops the ticker.
type fake struct {
	beat *time.Ticker
	done chan bool
}

func (f *fake) Open() { f.beat = time.NewTicker(time.Second) }

func (f *fake) Close() { close(f.done) }

// Leaks: nobody does.
type stub struct {
	rate *time.Ticker
	done chan bool
}

func (s *stub) Open() { s.rate = time.NewTicker(time.Second) } // want `ticker-field`

func (s *stub) Close() { close(s.done) }

func TestFake(t *testing.T) {
	f := &fake{done: make(chan bool)}
	f.Open()
	f.beat.Stop()
	f.Close()
	s := new(stub)
	s.Open()
}
