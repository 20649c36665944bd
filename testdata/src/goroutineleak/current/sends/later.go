package sends

import (
	"context"
	"time"
)

// The timer's function runs on a goroutine of its own.
func soon(ctx context.Context, d time.Duration) bool {
	over := make(chan bool)
	time.AfterFunc(d, func() { // want `goroutine may wait for ever to send on over \(goroutineleak/blocked-send\)`
		over <- true
		over <- false
	})
	select {
	case <-over:
		return <-over
	case <-ctx.Done():
		return false
	}
}

// Fine: it is stopped.
func stopped(ctx context.Context, d time.Duration) bool {
	over := make(chan bool)
	t := time.AfterFunc(d, func() { over <- true })
	defer t.Stop()
	select {
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}

// Workers run what they are given.
type workers struct{ tasks chan func() }

func newWorkers(n int) *workers {
	w := &workers{make(chan func())}
	for range n {
		go func() {
			for task := range w.tasks {
				task()
			}
		}()
	}
	return w
}

func (w *workers) Close() { close(w.tasks) }

func (w *workers) do(task func()) { w.tasks <- task }

// A worker waits for whoever has left.
func (w *workers) ask(ctx context.Context, f func() int) int {
	answer := make(chan int)
	w.do(func() { // want `goroutine may wait for ever to send on answer \(goroutineleak/blocked-send\)`
		answer <- f()
		answer <- 0
	})
	select {
	case n := <-answer:
		return n + <-answer
	case <-ctx.Done():
		return 0
	}
}

// Fine: there is room for the answer.
func (w *workers) askOnce(ctx context.Context, f func() int) int {
	answer := make(chan int, 1)
	w.do(func() { answer <- f() })
	select {
	case n := <-answer:
		return n
	case <-ctx.Done():
		return 0
	}
}

// Fine: who waits for the answer takes it.
func (w *workers) wait(f func() int) int {
	answer := make(chan int)
	w.do(func() { answer <- f() })
	return <-answer
}

// A turn takes one function after the other, and tells when each has run.
type turn struct{ steps chan func() chan bool }

func newTurn() *turn {
	t := &turn{make(chan func() chan bool)}
	go func() {
		for step := range t.steps {
			step() <- true
		}
	}()
	return t
}

func (t *turn) Close() { close(t.steps) }

// Fine: what the function returns is sent on.
func (t *turn) take(f func()) {
	done := make(chan bool)
	t.steps <- func() chan bool {
		f()
		return done
	}
	<-done
}

var _ = []any{newTurn, (*turn).take}

var _ = []any{soon, stopped, newWorkers, (*workers).ask, (*workers).askOnce, (*workers).wait}
