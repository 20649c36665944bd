// Package once has tickers that live as long as the process on purpose.
package once

import (
	"log"
	"sync"
	"time"
)

// Fine: the initialiser of a package variable runs once.
var started = func() time.Time {
	t := time.NewTicker(time.Hour)
	go func() {
		for range t.C {
			log.Print("another hour")
		}
	}()
	return time.Now()
}()

// Fine: init runs once, and so does what only init calls.
func init() {
	refresh()
	for _, d := range []time.Duration{time.Second, time.Minute} {
		report(d)
	}
}

func refresh() {
	t := time.NewTicker(time.Minute)
	go func() {
		for range t.C {
			log.Print(time.Since(started))
		}
	}()
}

// Fine: a loop over a fixed list in once code is once code.
func report(d time.Duration) {
	go func() {
		for range time.Tick(d) {
			log.Print(d)
		}
	}()
}

var (
	startOnce sync.Once
	lazily    = sync.OnceFunc(flushForever)
	pool      = sync.OnceValue(func() chan int {
		c := make(chan int, 1)
		t := time.NewTicker(time.Minute)
		go func() {
			for range t.C {
				<-c
			}
		}()
		return c
	})
)

// Fine: whoever comes first starts it, once per process.
func Handle(name string) {
	startOnce.Do(func() {
		t := time.NewTicker(time.Minute)
		go func() {
			for range t.C {
				log.Print("collected")
			}
		}()
	})
	lazily()
	pool() <- len(name)
}

func flushForever() {
	t := time.NewTicker(time.Minute)
	go func() {
		for {
			<-t.C
			log.Print("flushed")
		}
	}()
}

// Leaks: a Once in an object runs once per object, and objects are many.
type Store struct {
	once sync.Once
	rows map[string]string
}

func (s *Store) Get(key string) string {
	s.once.Do(func() {
		t := time.NewTicker(time.Minute) // want `timerleak/ticker-goroutine`
		go func() {
			for range t.C {
				clear(s.rows)
			}
		}()
	})
	return s.rows[key]
}

// Leaks: an unexported function that repeatable code calls is repeatable.
func Open(path string) {
	for _, f := range onOpen {
		f(path)
	}
	compact(log.Default())
}

func init() { compact(log.Default()) }

func compact(out *log.Logger) {
	t := time.NewTicker(time.Hour) // want `timerleak/ticker-goroutine`
	go func() {
		for range t.C {
			out.Print("compacted")
		}
	}()
}

// Leaks: init registers the callback once, its body runs often.
func init() {
	onOpen = append(onOpen, func(name string) {
		t := time.NewTicker(time.Hour) // want `timerleak/ticker-goroutine`
		go func() {
			for range t.C {
				log.Print(name)
			}
		}()
	})
}

var onOpen []func(string)

var rounds int

// Leaks a goroutine, though it refers to nothing that the function has.
func Rounds() {
	t := time.NewTicker(time.Hour) // want `timerleak/ticker-goroutine`
	go func() {
		for range t.C {
			rounds++
		}
	}()
}

type limiter struct{ spent int }

var limit limiter

// Fine: the receiver is a package variable,
func StartLimit() { go limit.refill() }

// and here it can be nothing else.
func (l *limiter) Start() { go l.refill() }

func size() *int { return new(int) }

func (l *limiter) Grow() {
	n := size()
	go func() {
		for range time.Tick(time.Second) {
			l.spent -= *n
		}
	}()
}

// Leaks: one for each of many.
func (l *limiter) Watch(user *session) {
	go func() {
		for range time.Tick(time.Second) { // want `timerleak/ticker-goroutine, latent`
			l.spent += len(user.name)
		}
	}()
}

type session struct{ name string }

func (l *limiter) refill() {
	for range time.Tick(time.Second) {
		l.spent = 0
	}
}
