// Package onpath undoes registrations on some paths.
package onpath

import (
	"context"
	"errors"
	"fmt"

	"example.com/listeners/bus"
)

var errNone = errors.New("nothing came")

// Leaks: the early return leaves the subscription behind.
func First(t *bus.Topic, wait func() bool) error {
	sub, err := t.Subscribe(func(b []byte) { fmt.Println(b) }) // want `listener added by Subscribe is not removed on every path.*listenerleak/not-removed-on-path`
	if err != nil {
		return err
	}
	if !wait() {
		return errNone
	}
	sub.Unsubscribe()
	return nil
}

// Leaks: continue goes round past the call.
func Each(vs <-chan *bus.Value, ok func() bool) {
	for v := range vs {
		stop := v.Watch(func(n int) { fmt.Println(n) }) // want `listenerleak/not-removed-on-path`
		if !ok() {
			continue
		}
		stop()
	}
}

// Leaks: the goroutine that takes it over forgets it when done is closed.
func Collect(f *bus.Feed, done <-chan struct{}) {
	ch := make(chan string)
	id := f.Attach(ch) // want `listenerleak/not-removed-on-path`
	go func() {
		for {
			select {
			case s, ok := <-ch:
				if !ok {
					f.Detach(id)
					return
				}
				fmt.Println(s)
			case <-done:
				return
			}
		}
	}()
}

// Fine: deferred after the check of the error.
func Safe(t *bus.Topic, wait func() bool) error {
	sub, err := t.Subscribe(func(b []byte) { fmt.Println(b) })
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	if !wait() {
		return errNone
	}
	return nil
}

// Fine: undone if it was done.
func If(v *bus.Value, verbose bool, f func()) {
	var stop func()
	if verbose {
		stop = v.Watch(func(n int) { fmt.Println(n) })
	}
	f()
	if stop != nil {
		stop()
	}
}

// Fine: every case of the select undoes it or ends the process.
func Select(t *bus.Topic, a, b <-chan int) (int, error) {
	sub, err := t.Subscribe(func([]byte) {})
	if err != nil {
		return 0, err
	}
	select {
	case n := <-a:
		sub.Unsubscribe()
		return n, nil
	case <-b:
		panic("b")
	}
}

// Fine: the goroutine undoes it on its only way out.
func Goroutine(v *bus.Value, done <-chan struct{}) {
	stop := v.Watch(func(n int) { fmt.Println(n) })
	go func() {
		defer stop()
		<-done
	}()
}

// Fine: a literal registers for the function around it.
func Locked(do func(func()), t *bus.Topic, wait func()) {
	var sub *bus.Subscription
	do(func() {
		sub, _ = t.Subscribe(func([]byte) {})
	})
	if sub != nil {
		defer sub.Unsubscribe()
		wait()
	}
}

// hub tells by a channel that it has ended.
type hub struct {
	done chan struct{}
	out  map[chan string]bool
}

func (h *hub) subscribe() chan string {
	ch := make(chan string, 1)
	h.out[ch] = true
	return ch
}

func (h *hub) unsubscribe(ch chan string) { delete(h.out, ch) }

func (h *hub) End() { close(h.done) }

// Fine: with the hub goes what was registered with it.
func (h *hub) Lines(ctx context.Context) <-chan string {
	ch := h.subscribe()
	go func() {
		select {
		case <-h.done:
			return
		case <-ctx.Done():
			h.unsubscribe(ch)
		}
	}()
	return ch
}

// Leaks: it goes on when the reader has ended.
func (h *hub) Read(ctx context.Context, done <-chan struct{}) <-chan string {
	ch := h.subscribe() // want `listenerleak/not-removed-on-path`
	go func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
			h.unsubscribe(ch)
		}
	}()
	return ch
}

type line struct{ t bus.Topic }

func (l *line) Subscribe(f func([]byte)) (*bus.Subscription, error) { return l.t.Subscribe(f) }

func (l *line) Close() error { return nil }

// Fine: the line is closed, and has no listeners then.
func Dial(dial func() *line, wait func() bool) error {
	l := dial()
	defer l.Close()
	sub, err := l.Subscribe(func(b []byte) { fmt.Println(b) })
	if err != nil {
		return err
	}
	if !wait() {
		return errNone
	}
	return errors.Join(errNone, undo(sub))
}

func undo(sub *bus.Subscription) error {
	sub.Unsubscribe()
	return nil
}

// Leaks: the line goes on.
func Talk(l *line, wait func() bool) error {
	sub, err := l.Subscribe(func(b []byte) { fmt.Println(b) }) // want `listenerleak/not-removed-on-path`
	if err != nil {
		return err
	}
	if !wait() {
		return errNone
	}
	return undo(sub)
}
