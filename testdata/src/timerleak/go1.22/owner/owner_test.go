package owner

import (
	"testing"
	"time"
)

// Fine: no timer of a test is told.
type fake struct {
	beat *time.Ticker
	done chan bool
}

func (f *fake) Open() { f.beat = time.NewTicker(time.Second) }

func (f *fake) Close() { close(f.done) }

// Fine: neither is one that nobody stops.
type stub struct {
	rate *time.Ticker
	done chan bool
}

func (s *stub) Open() { s.rate = time.NewTicker(time.Second) }

func (s *stub) Close() { close(s.done) }

func TestFake(t *testing.T) {
	f := &fake{done: make(chan bool)}
	f.Open()
	f.beat.Stop()
	f.Close()
	s := new(stub)
	s.Open()
}
