// Package feed is used by the others.
package feed

import (
	"context"
	"slices"
)

// Go runs f on a goroutine of its own.
func Go(f func()) { go f() }

// Report sends what f returns.
func Report(f func() error, to chan<- error) { to <- f() }

// Lines returns a channel that a goroutine fills until somebody has taken all.
func Lines(next func() (string, bool)) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for {
			line, ok := next()
			if !ok {
				return
			}
			lines <- line
		}
	}()
	return lines
}

// Until does the same, and ends with ctx.
func Until(ctx context.Context, next func() (string, bool)) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for {
			line, ok := next()
			if !ok {
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// Each receives until the channel is closed.
func Each(jobs <-chan string, f func(string)) {
	for job := range jobs {
		f(job)
	}
}

// Tree returns a channel that a goroutine fills by a function that calls itself.
func Tree(depth int) <-chan int {
	nodes := make(chan int)
	go func() {
		defer close(nodes)
		visit(depth, nodes)
	}()
	return nodes
}

func visit(depth int, nodes chan<- int) {
	if depth > 0 {
		nodes <- depth
		visit(depth-1, nodes)
		visit(depth-1, nodes)
	}
}

// A Loop runs until it is stopped.
type Loop struct{ quit chan struct{} }

// NewLoop starts a goroutine that Close ends.
func NewLoop(f func()) *Loop {
	l := &Loop{make(chan struct{})}
	go func() {
		for {
			select {
			case <-l.quit:
				return
			default:
				f()
			}
		}
	}()
	return l
}

// Close ends the goroutine.
func (l *Loop) Close() { close(l.quit) }

// A Bus hands out channels.
type Bus struct{ subs map[chan string]bool }

// Subscribe returns a channel on which the bus sends.
func (b *Bus) Subscribe() chan string {
	ch := make(chan string, 8)
	b.subs[ch] = true
	return ch
}

// Unsubscribe forgets it.
func (b *Bus) Unsubscribe(ch chan string) { delete(b.subs, ch) }

// A Desk hands out channels by topic.
type Desk struct{ topics map[string][]chan string }

// Subscribe returns a channel on which the desk sends what belongs to some topics.
func (d *Desk) Subscribe(topics ...string) chan string {
	ch := make(chan string, 8)
	for _, topic := range topics {
		d.topics[topic] = append(d.topics[topic], ch)
	}
	return ch
}

// Unsubscribe forgets it.
func (d *Desk) Unsubscribe(ch chan string) {
	for topic, all := range d.topics {
		d.topics[topic] = slices.DeleteFunc(all, func(one chan string) bool { return one == ch })
	}
}

// A Post is a desk that closes what it forgets.
type Post struct{ topics map[string][]chan string }

// Subscribe returns a channel on which the post sends what belongs to some topics.
func (p *Post) Subscribe(topics ...string) chan string {
	ch := make(chan string, 8)
	for _, topic := range topics {
		p.topics[topic] = append(p.topics[topic], ch)
	}
	return ch
}

// Unsubscribe closes it.
func (p *Post) Unsubscribe(ch chan string) {
	for topic, all := range p.topics {
		p.topics[topic] = slices.DeleteFunc(all, func(one chan string) bool { return one == ch })
	}
	close(ch)
}

// Checked returns what it is given.
func Checked[T any](ctx context.Context, v T) T {
	if ctx.Err() != nil {
		var none T
		return none
	}
	return v
}
