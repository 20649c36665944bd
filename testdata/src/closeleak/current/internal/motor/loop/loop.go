// Package loop has goroutines that end with what they are given.
package loop

import "context"

type queue struct{ jobs chan func() }

func (q *queue) next() <-chan func() { return q.jobs }

// Serial runs jobs until ctx ends.
type Serial struct{ q queue }

func NewSerial(ctx context.Context) *Serial {
	s := &Serial{queue{make(chan func())}}
	context.AfterFunc(ctx, func() { close(s.q.jobs) })
	go s.run(ctx)
	return s
}

func (s *Serial) run(ctx context.Context) {
	for job := range s.q.next() {
		if ctx.Err() == nil {
			job()
		}
	}
}

// Watch does something until quit is closed.
func Watch(quit chan struct{}, do func()) {
	go func() {
		<-quit
		do()
	}()
}

// Once waits for one thing that comes by itself.
func Once(ctx context.Context, do func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
		case <-done:
		}
	}()
	do()
	close(done)
}

// Guard runs f and comes back when f does.
func Guard(f func()) {
	defer func() { _ = recover() }()
	f()
}
