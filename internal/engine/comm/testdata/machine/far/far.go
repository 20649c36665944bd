// Package far is known by facts.
package far

import "sync"

// Feed fills a channel until somebody has taken all.
func Feed(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

// A Worker works until it is stopped.
type Worker struct{ stop chan struct{} }

// NewWorker returns a worker.
func NewWorker() *Worker { return &Worker{make(chan struct{})} }

// Run waits for Stop.
func (w *Worker) Run() { <-w.stop }

// Stop ends Run.
func (w *Worker) Stop() { close(w.stop) }

// Finish is done with a group.
func Finish(wg *sync.WaitGroup) { defer wg.Done() }

// Safe calls f.
func Safe(f func()) {
	defer func() {
		if r := recover(); r != nil {
			println("panic")
		}
	}()
	f()
}

// Relay has a goroutine start another one, which sends.
func Relay() <-chan int {
	out := make(chan int)
	go func() {
		go func() { out <- 1 }()
	}()
	return out
}
