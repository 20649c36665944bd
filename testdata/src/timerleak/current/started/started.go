// Package started has goroutines that are started, and given their ticker, in
// roundabout ways.
package started

import (
	"context"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"example.com/timers/helper"
)

// group is what errgroup's is.
type group struct{ wg sync.WaitGroup }

func (g *group) Go(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		_ = f()
	}()
}

func (g *group) Wait() error { g.wg.Wait(); return nil }

// Leaks: the channel is copied to a variable, and from there to a field.
type feed struct {
	ticks <-chan time.Time
	n     int
}

func NewFeed(d time.Duration) *feed {
	t := time.NewTicker(d) // want `held by \(\*feed\).pump \(timerleak/ticker-goroutine\)`
	ticks := t.C
	f := &feed{ticks: ticks}
	go f.pump()
	return f
}

func (f *feed) pump() {
	for range f.ticks {
		f.n++
	}
}

// Leaks: the channel is a parameter.
func count(ticks <-chan time.Time, n *atomic.Int64) {
	for {
		<-ticks
		n.Add(1)
	}
}

func Count(n *atomic.Int64) {
	go count(time.NewTicker(time.Second).C, n) // want `held by count \(timerleak/ticker-goroutine\)`
}

func CountTicks(n *atomic.Int64) {
	go count(time.Tick(time.Second), n) // want `held by count \(timerleak/ticker-goroutine\)`
}

// Leaks: the goroutine runs a method, by way of another one.
type Worker struct {
	jobs chan func()
	d    time.Duration
}

func NewWorker(d time.Duration) *Worker {
	w := &Worker{jobs: make(chan func(), 1), d: d}
	go w.run()
	return w
}

func (w *Worker) run() {
	defer log.Print("worker done")
	w.loop()
}

func (w *Worker) loop() {
	t := time.NewTicker(w.d) // want `held by \(\*Worker\).loop \(timerleak/ticker-goroutine\)`
	defer t.Stop()
	for {
		select {
		case <-t.C:
			log.Print("idle")
		case job := <-w.jobs:
			job()
		}
	}
}

// Leaks: the other package starts the goroutine, also by a method value.
func Beat(beat func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	helper.Background(t, beat)
}

func Drain(beat func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go helper.Drain(t.C, beat)
}

// Leaks: a group's Go is a go statement.
func Grouped(g *group, f func() error) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	g.Go(func() error {
		for range t.C {
			if err := f(); err != nil {
				log.Print(err)
			}
		}
		return nil
	})
}

// Leaks: what it starts is a method value.
func (w *Worker) Watch(wg *sync.WaitGroup) {
	wg.Go(w.watch)
}

func (w *Worker) watch() {
	t := time.NewTicker(w.d) // want `timerleak/ticker-goroutine`
	for range t.C {
		w.jobs <- func() {}
	}
}

// Leaks: continue goes on with the outer loop, and no break leaves it.
func Labels(items func() []int, bad func(int) bool) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go func() {
	next:
		for {
			<-t.C
			for _, it := range items() {
				if bad(it) {
					continue next
				}
				switch it {
				case 0:
					break
				}
			}
		}
	}()
}

// Leaks: Close stops the ticker, and so the goroutine never learns that it
// was told to end.
type Bar struct {
	tick    *time.Ticker
	stopped atomic.Bool
	draw    func()
}

func NewBar(draw func()) *Bar {
	b := &Bar{tick: time.NewTicker(time.Second), draw: draw} // want `goroutine that only a tick ends waits for a stopped ticker; held by.*timerleak/ticker-goroutine`
	go b.loop()
	return b
}

func (b *Bar) loop() {
	for !b.stopped.Load() {
		<-b.tick.C
		b.draw()
	}
}

func (b *Bar) Close() {
	b.stopped.Store(true)
	b.tick.Stop()
}

// Leaks: only a tick leads out of the loop, and Close stops the ticks.
type Session struct {
	in   chan string
	idle *time.Ticker
	done chan struct{}
	last time.Time
}

func Accept(in chan string) *Session {
	s := &Session{
		in:   in,
		idle: time.NewTicker(time.Minute), // want `timerleak/ticker-goroutine`
		done: make(chan struct{}),
	}
	go s.read()
	return s
}

func (s *Session) read() {
	for {
		select {
		case m := <-s.in:
			log.Print(m)
			s.last = time.Now()
		case <-s.idle.C:
			if time.Since(s.last) > time.Hour {
				s.Close()
				return
			}
		}
	}
}

func (s *Session) Close() {
	close(s.done)
	s.idle.Stop()
}

// Fine: done wakes the goroutine up.
type Awake struct {
	idle *time.Ticker
	done chan struct{}
}

func NewAwake() *Awake {
	a := &Awake{time.NewTicker(time.Minute), make(chan struct{})}
	go a.read()
	return a
}

func (a *Awake) read() {
	for {
		select {
		case <-a.done:
			return
		case <-a.idle.C:
		}
	}
}

func (a *Awake) Close() {
	close(a.done)
	a.idle.Stop()
}

// Fine: the goroutine has ended when the ticker is stopped.
type Waits struct {
	idle *time.Ticker
	wg   sync.WaitGroup
	end  atomic.Bool
}

func NewWaits() *Waits {
	w := &Waits{idle: time.NewTicker(time.Second)}
	w.wg.Go(w.loop)
	return w
}

func (w *Waits) loop() {
	for !w.end.Load() {
		<-w.idle.C
	}
}

func (w *Waits) Close() {
	w.end.Store(true)
	w.wg.Wait()
	w.idle.Stop()
}

// Fine: only the goroutine stops it, when it ends.
type Self struct {
	idle *time.Ticker
	end  atomic.Bool
}

func NewSelf() *Self {
	s := &Self{idle: time.NewTicker(time.Second)}
	go s.loop()
	return s
}

func (s *Self) loop() {
	defer s.halt()
	for range s.idle.C {
		if s.end.Load() {
			return
		}
	}
}

func (s *Self) halt()  { s.idle.Stop() }
func (s *Self) Close() { s.end.Store(true) }

// Fine: the label leads out of the loop, behind a copy of the channel.
func Out(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	ticks := t.C
	var g group
	g.Go(func() error {
		defer t.Stop()
	loop:
		for {
			select {
			case <-ticks:
				f()
				continue loop
			case <-ctx.Done():
				break loop
			}
		}
		return ctx.Err()
	})
}

// Leaks: the caller gets a function that stops the ticker, and with it all that
// could end the goroutine.
func Until(done func() bool) (stop func()) {
	t := time.NewTicker(time.Second) // want `goroutine that only a tick ends waits for a stopped ticker.*timerleak/ticker-goroutine`
	go func() {
		for range t.C {
			if done() {
				return
			}
		}
	}()
	return t.Stop
}

func UntilLogged(done func() bool) (stop func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go func() {
		for {
			<-t.C
			if done() {
				break
			}
		}
	}()
	return func() {
		log.Print("stopped")
		t.Stop()
	}
}

// Fine: the function that stops it also closes the channel that ends the
// goroutine.
func UntilTold(f func() bool) (stop func()) {
	t := time.NewTicker(time.Second)
	end := make(chan struct{})
	go func() {
		for {
			select {
			case <-t.C:
				if f() {
					return
				}
			case <-end:
				return
			}
		}
	}()
	return func() {
		t.Stop()
		close(end)
	}
}

// Fine: paused and set going again.
type Paused struct {
	t   *time.Ticker
	end atomic.Bool
}

func NewPaused() *Paused {
	p := &Paused{t: time.NewTicker(time.Second)}
	go func() {
		for !p.end.Load() {
			<-p.t.C
		}
	}()
	return p
}

func (p *Paused) Pause()  { p.t.Stop() }
func (p *Paused) Resume() { p.t.Reset(time.Second) }
