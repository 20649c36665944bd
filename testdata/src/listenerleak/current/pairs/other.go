package pairs

import (
	"fmt"
	"net/http"
	"sync"
)

// A Station tells functions for as long as a call lasts, and channels until they leave.
type Station struct {
	mu    sync.Mutex
	fs    []func(string)
	chans map[chan string]bool
}

func (s *Station) Subscribe(f func(string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fs = append(s.fs, f)
}

func (s *Station) SubscribeChan(c chan string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chans[c] = true
}

func (s *Station) Unsubscribe(c chan string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.chans, c)
}

// Listen is not told as half of a pair: what unsubscribes takes a channel.
func Listen(s *Station) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.Subscribe(func(text string) { fmt.Fprintln(w, text) })
	}
}
