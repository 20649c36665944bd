// Package never starts loops without a way out.
package never

import (
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/goroutines/internal/keep"
)

func Poll(w http.ResponseWriter, r *http.Request) {
	go func() { // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
		for {
			time.Sleep(time.Second)
			log.Print(r.URL)
		}
	}()
}

// The break leaves the select statement only.
func Break(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() { // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
		for {
			select {
			case <-ctx.Done():
				break
			default:
				time.Sleep(time.Second)
			}
		}
	}()
}

func Until(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() {
		for ctx.Err() == nil {
			time.Sleep(time.Second)
		}
	}()
}

func Kept(w http.ResponseWriter, r *http.Request) {
	keep.Keep(func() { log.Print(r.URL) }) // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
}

// Nobody closes done.
func Accept(l net.Listener, serve func(net.Conn)) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		done := make(chan struct{})
		go func() { // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
			for {
				select {
				case <-done:
					return
				default:
					log.Print(c.RemoteAddr())
				}
			}
		}()
		serve(c)
	}
}

func AcceptAll(l net.Listener, serve func(net.Conn)) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-done:
					return
				default:
					log.Print(c.RemoteAddr())
				}
			}
		}()
		serve(c)
		close(done)
	}
}

// A ticker is timerleak's.
func Tick(w http.ResponseWriter, r *http.Request) {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			log.Print(r.URL)
		}
	}()
}

// It works some day.
func Retry(w http.ResponseWriter, r *http.Request) {
	go func() {
		for {
			if _, err := http.Get("http://127.0.0.1/"); err == nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// A Meter ends by a flag.
type Meter struct{ closed atomic.Bool }

func NewMeter(f func()) *Meter {
	m := new(Meter)
	go func() {
		for !m.closed.Load() {
			f()
		}
	}()
	return m
}

func (m *Meter) Close() { m.closed.Store(true) }

// AcceptNext has the peer of before from before the loop.
func AcceptNext(l net.Listener, serve func(c net.Conn, before string)) error {
	before := ""
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		done := make(chan struct{})
		go func() { // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
			for {
				select {
				case <-done:
					return
				default:
					log.Print(c.RemoteAddr())
				}
			}
		}()
		serve(c, before)
		before = c.RemoteAddr().String()
	}
}

// Report is timerleak's: what it gives to its goroutine is the channel of a ticker.
func Report(w http.ResponseWriter, r *http.Request) {
	counts := make(chan int)
	go report(time.Tick(time.Minute), counts)
	counts <- 1
}

func report(tick <-chan time.Time, counts <-chan int) {
	sum := 0
	for {
		select {
		case n := <-counts:
			sum += n
		case <-tick:
			println(sum)
		}
	}
}
