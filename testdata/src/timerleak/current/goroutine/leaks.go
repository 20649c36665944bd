// Package goroutine has goroutines that wait for tickers.
package goroutine

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"example.com/timers/helper"
)

type cache struct {
	mu      sync.Mutex
	expires map[string]time.Time
}

func (c *cache) sweep(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, at := range c.expires {
		if now.After(at) {
			delete(c.expires, k)
		}
	}
}

// Leaks: the janitor of a dropped cache sweeps it for ever and so keeps it.
func newCache() *cache {
	c := &cache{expires: make(map[string]time.Time)}
	janitor := time.NewTicker(time.Minute) // want `goroutine waits for the ticker in a loop that never ends; held by goroutine in newCache \(timerleak/ticker-goroutine\)`
	go func() {
		for now := range janitor.C {
			c.sweep(now)
		}
	}()
	return c
}

func NewCaches(n int) []*cache {
	var out []*cache
	for range n {
		out = append(out, newCache())
	}
	return out
}

// Leaks: Close stops the ticker, which does not close its channel, and leaves
// the goroutine behind with the session.
type Session struct {
	beat *time.Ticker
	sent chan string
}

func NewSession() *Session {
	s := &Session{
		beat: time.NewTicker(5 * time.Second), // want `held by \(\*Session\).keepAlive \(timerleak/ticker-goroutine\)`
		sent: make(chan string, 1),
	}
	go s.keepAlive()
	return s
}

func (s *Session) keepAlive() {
	for {
		select {
		case <-s.beat.C:
			s.sent <- "ping"
		case m := <-s.sent:
			fmt.Println(m)
		}
	}
}

func (s *Session) Close() { s.beat.Stop() }

// Leaks: break leaves the select, not the loop around it.
func Watch(ctx context.Context, poll func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go func() {
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				break
			case <-t.C:
				poll()
			}
		}
	}()
}

// Leaks: the channel of time.Tick cannot even be stopped.
func LogEvery(d time.Duration, line string) {
	ticks := time.Tick(d) // want `timerleak/ticker-goroutine`
	go func() {
		for range ticks {
			log.Print(line)
		}
	}()
}

// Leaks: Tick inside the goroutine, in the head of its loop.
func (s *Session) Trace() {
	go func() {
		for range time.Tick(time.Second) { // want `timerleak/ticker-goroutine`
			log.Print(len(s.sent))
		}
	}()
}

// Leaks: WaitGroup.Go is a go statement, and Wait waits for ever.
func Group(wg *sync.WaitGroup, work func()) {
	t := time.NewTicker(time.Hour) // want `timerleak/ticker-goroutine`
	wg.Go(func() {
		for {
			<-t.C
			work()
		}
	})
}

// Leaks: a generic owner is like any other.
type Batch[T any] struct {
	mu    sync.Mutex
	items []T
	flush func([]T)
}

func NewBatch[T any](d time.Duration, flush func([]T)) *Batch[T] {
	b := &Batch[T]{flush: flush}
	go b.run(d)
	return b
}

func (b *Batch[T]) run(d time.Duration) {
	t := time.NewTicker(d) // want `timerleak/ticker-goroutine`
	defer t.Stop()
	for range t.C {
		b.mu.Lock()
		b.flush(b.items)
		b.items = nil
		b.mu.Unlock()
	}
}

// Leaks: a goroutine per connection, started in a loop that main never leaves.
func Accept(conns <-chan chan string) {
	for conn := range conns {
		ping := time.NewTicker(time.Minute) // want `timerleak/ticker-goroutine`
		go func() {
			for {
				select {
				case <-ping.C:
					conn <- "ping"
				}
			}
		}()
	}
}

// Leaks: a function of its own does what a literal would.
func forward(t *time.Ticker, to chan<- time.Time) {
	for now := range t.C {
		to <- now
	}
}

func Forward(to chan<- time.Time) *time.Ticker {
	t := time.NewTicker(time.Second) // want `held by forward \(timerleak/ticker-goroutine\)`
	go forward(t, to)
	return t
}

// Leaks: that the helper's loop never ends is known from its package.
func Beat(beat func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go helper.Wait(t, beat)
}

// The body of the endless loop is a literal that recovers.
func Guarded(every time.Duration, f func()) {
	t := time.NewTicker(every) // want `held by goroutine in Guarded \(timerleak/ticker-goroutine\)`
	go func() {
		for {
			func() {
				defer func() { _ = recover() }()
				<-t.C
				f()
			}()
		}
	}()
}
