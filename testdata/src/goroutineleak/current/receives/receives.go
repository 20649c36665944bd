// Package receives starts goroutines that wait for what does not come.
package receives

import (
	"context"
	"sync"
	"time"

	"example.com/goroutines/feed"
)

// The error comes back before the channel is closed.
func early(jobs []string, check func(string) error, do func(string)) error {
	queue := make(chan string)
	for range 4 {
		go feed.Each(queue, do) // want `goroutine may wait for ever to receive \(goroutineleak/blocked-receive\)`
	}
	for _, job := range jobs {
		if err := check(job); err != nil {
			return err
		}
		queue <- job
	}
	close(queue)
	return nil
}

func deferred(jobs []string, check func(string) error, do func(string)) error {
	queue := make(chan string)
	defer close(queue)
	for range 4 {
		go feed.Each(queue, do)
	}
	for _, job := range jobs {
		if err := check(job); err != nil {
			return err
		}
		queue <- job
	}
	return nil
}

func neverSent(f func(int)) {
	ch := make(chan int)
	go func() { f(<-ch) }() // want `goroutine may wait for ever to receive from ch \(goroutineleak/blocked-receive\)`
}

func sometimes(kind int, f func(int)) {
	ch := make(chan int, 1)
	go func() { f(<-ch) }() // want `goroutine may wait for ever to receive from ch \(goroutineleak/blocked-receive\)`
	switch kind {
	case 0:
		ch <- 1
	case 1:
		close(ch)
	}
}

func handedOn(f func(chan<- int), use func(int)) {
	ch := make(chan int)
	go func() { use(<-ch) }()
	f(ch)
}

// The token goes round: who takes it gives it back.
func token(fs []func()) {
	turn := make(chan bool, 1)
	turn <- true
	for _, f := range fs {
		go func() {
			t := <-turn
			f()
			turn <- t
		}()
	}
}

func wakes(ctx context.Context, f func(context.Context) error, after func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-ctx.Done()
		after()
	}()
	return f(ctx)
}

func sleeps(f func(context.Context) error, after func()) error {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // want `goroutine may wait for ever to receive from ctx.Done\(\) \(goroutineleak/blocked-receive\)`
		<-ctx.Done()
		after()
	}()
	if err := f(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

// Follow waits for a bus that closes nothing.
func Follow(b *feed.Bus, each func(string), stop <-chan struct{}) {
	ch := b.Subscribe()
	go func() { // want `goroutine waits for ever to receive from ch, which nobody closes \(goroutineleak/blocked-receive\)`
		for s := range ch {
			each(s)
		}
	}()
	<-stop
	b.Unsubscribe(ch)
}

// FollowTopics waits for a desk that closes nothing.
func FollowTopics(d *feed.Desk, each func(string), stop <-chan struct{}) {
	ch := d.Subscribe("weather", "sports")
	defer d.Unsubscribe(ch)
	go func() { // want `goroutine waits for ever to receive from ch, which nobody closes \(goroutineleak/blocked-receive\)`
		for s := range ch {
			each(s)
		}
	}()
	<-stop
}

// FollowPost is fine: the post closes the channel.
func FollowPost(p *feed.Post, each func(string), stop <-chan struct{}) {
	ch := p.Subscribe("weather", "sports")
	defer p.Unsubscribe(ch)
	go func() {
		for s := range ch {
			each(s)
		}
	}()
	<-stop
}

// A Log has a goroutine that Close does not end.
type Log struct {
	mu    sync.Mutex
	lines chan string
}

func (l *Log) Open(write func(string)) {
	lines := make(chan string, 16)
	l.mu.Lock()
	l.lines = lines
	l.mu.Unlock()
	go func() { // want `goroutine waits for ever to receive from lines, which nobody closes \(goroutineleak/blocked-receive\)`
		for s := range lines {
			write(s)
		}
	}()
}

func (l *Log) Write(s string) { l.lines <- s }
func (l *Log) Close()         { l.lines = nil }

// A Book has one that Close ends.
type Book struct{ lines chan string }

func (b *Book) Open(write func(string)) {
	lines := make(chan string, 16)
	b.lines = lines
	go func() {
		for s := range lines {
			write(s)
		}
	}()
}

func (b *Book) Write(s string) { b.lines <- s }
func (b *Book) Close()         { close(b.lines) }

// An Alarm stops the timer that a goroutine waits for.
type Alarm struct{ t *time.Timer }

func (a *Alarm) Set(d time.Duration, f func()) {
	t := time.NewTimer(d)
	a.t = t
	go func() { // want `goroutine waits for a timer that is stopped elsewhere \(goroutineleak/blocked-receive\)`
		<-t.C
		f()
	}()
}

func (a *Alarm) Clear() { a.t.Stop() }

var _, _, _, _, _ = early, deferred, neverSent, sometimes, handedOn
var _, _, _ = token, wakes, sleeps

// RingLater leaks: the goroutine waits for a timer which this function stops.
func RingLater(d time.Duration, ring, wait func()) {
	t := time.NewTimer(d)
	go func() { // want `goroutine waits for a timer that is stopped elsewhere`
		<-t.C
		ring()
	}()
	wait()
	t.Stop()
}

// RingFirst is fine: when it stops the timer it has waited for the goroutine.
func RingFirst(d time.Duration, ring, wait func()) {
	t := time.NewTimer(d)
	defer t.Stop()
	rung := make(chan struct{})
	go func() {
		<-t.C
		ring()
		close(rung)
	}()
	wait()
	<-rung
}
