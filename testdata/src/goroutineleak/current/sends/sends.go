// Package sends starts goroutines that send, and leaves before it has received.
package sends

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"example.com/goroutines/feed"
)

var errLate = errors.New("late")

// The time is up before the answer is there, and nobody takes it any more.
func timeout(ask func() int) (int, error) {
	answer := make(chan int)
	go func() { // want `goroutine may wait for ever to send on answer \(goroutineleak/blocked-send\)`
		answer <- ask()
	}()
	select {
	case n := <-answer:
		return n, nil
	case <-time.After(time.Second):
		return 0, errLate
	}
}

// The result of the function is more than the last thing that the goroutine does.
func timeoutAndMore(ask func() int, done func()) (int, error) {
	answer := make(chan int)
	go func() { // want `goroutine may wait for ever to send on answer \(goroutineleak/blocked-send\)`
		answer <- ask()
		done()
	}()
	select {
	case n := <-answer:
		return n, nil
	case <-time.After(time.Second):
		return 0, errLate
	}
}

func room(ask func() int) (int, error) {
	answer := make(chan int, 1)
	go func() { answer <- ask() }()
	select {
	case n := <-answer:
		return n, nil
	case <-time.After(time.Second):
		return 0, errLate
	}
}

// Both channels are left, and the goroutine sends on one of them.
func either(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	data := make(chan []byte)
	failed := make(chan error)
	go func() { // want `goroutine may wait for ever to send on (data|failed) \(goroutineleak/blocked-send\)`
		b, err := read()
		if err != nil {
			failed <- err
			return
		}
		data <- b
	}()
	select {
	case b := <-data:
		return b, nil
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// One of the two is taken, and only one is sent.
func one(read func() ([]byte, error)) ([]byte, error) {
	data := make(chan []byte)
	failed := make(chan error)
	go func() {
		b, err := read()
		if err != nil {
			failed <- err
			return
		}
		data <- b
	}()
	select {
	case b := <-data:
		return b, nil
	case err := <-failed:
		return nil, err
	}
}

// The first error leaves all others behind.
func all(fs []func() error) error {
	errs := make(chan error)
	for _, f := range fs {
		go func() { // want `goroutine may wait for ever to send on errs \(goroutineleak/blocked-send\)`
			errs <- f()
		}()
	}
	for range fs {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func roomForAll(fs []func() error) error {
	errs := make(chan error, len(fs))
	for _, f := range fs {
		go func() { errs <- f() }()
	}
	for range fs {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func every(fs []func() error) (all error) {
	errs := make(chan error)
	for _, f := range fs {
		go func() { errs <- f() }()
	}
	for range fs {
		all = errors.Join(all, <-errs)
	}
	return all
}

// Room for one of three is too little.
func fastest(a, b, c func() string) string {
	got := make(chan string, 1)
	for _, f := range []func() string{a, b, c} {
		go func() { // want `goroutine may wait for ever to send on got \(goroutineleak/blocked-send\)`
			got <- f()
		}()
	}
	return <-got
}

func two(a, b func() string) string {
	got := make(chan string, 1)
	go func() { got <- a() }()
	go func() { got <- b() }()
	return <-got
}

// What waits for the senders hangs only because they do.
func closer(names []string, size func(string) int, use func(int) error) error {
	sizes := make(chan int)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() { // want `goroutine may wait for ever to send on sizes \(goroutineleak/blocked-send\)`
			sizes <- size(name)
		})
	}
	go func() {
		wg.Wait()
		close(sizes)
	}()
	for n := range sizes {
		if err := use(n); err != nil {
			return err
		}
	}
	return nil
}

func cancelled(ctx context.Context, names []string, size func(string) int, use func(int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sizes := make(chan int)
	go func() {
		defer close(sizes)
		for _, name := range names {
			select {
			case sizes <- size(name):
			case <-ctx.Done():
				return
			}
		}
	}()
	for n := range sizes {
		if err := use(n); err != nil {
			return err
		}
	}
	return nil
}

// A callback of the standard library sends, any number of times.
func walk(root string, use func(string) error) error {
	names := make(chan string)
	go func() { // want `goroutine may wait for ever to send on names \(goroutineleak/blocked-send\)`
		defer close(names)
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			names <- path
			return err
		})
	}()
	for name := range names {
		if err := use(name); err != nil {
			return err
		}
	}
	return nil
}

func drained(root string, use func(string) error) error {
	names := make(chan string)
	go func() {
		defer close(names)
		names <- root
		names <- root + "/"
	}()
	defer func() {
		for range names {
		}
	}()
	for name := range names {
		if err := use(name); err != nil {
			return err
		}
	}
	return nil
}

// A function of another package starts it, and another one sends.
func elsewhere(ctx context.Context, f func() error) error {
	errs := make(chan error)
	feed.Go(func() { errs <- f() }) // want `goroutine may wait for ever to send on errs \(goroutineleak/blocked-send\)`
	select {
	case err := <-errs:
		return err
	case <-ctx.Done():
	}
	late := make(chan error)
	go feed.Report(f, late) // want `goroutine may wait for ever to send \(goroutineleak/blocked-send\)`
	select {
	case err := <-late:
		return err
	case <-time.After(time.Second):
		return errLate
	}
}

// Nobody knows what else the caller does with the channel.
func given(errs chan error, f func() error) error {
	go func() { errs <- f() }()
	select {
	case err := <-errs:
		return err
	case <-time.After(time.Second):
		return errLate
	}
}

// The flag says whether there is something to receive.
func flagged(f func() error, async bool) error {
	errs := make(chan error)
	started := false
	if async {
		started = true
		go func() { errs <- f() }()
	}
	if started {
		return <-errs
	}
	return nil
}

// The producer is in this package: it is told at the producer.
func count(n int) <-chan int {
	numbers := make(chan int)
	go func() { // want `goroutine may wait for ever to send on numbers \(goroutineleak/blocked-send\)`
		defer close(numbers)
		for i := range n {
			numbers <- i
		}
	}()
	return numbers
}

func above(n, limit int) int {
	for i := range count(n) {
		if i > limit {
			return i
		}
	}
	return -1
}

var _, _, _, _, _ = timeout, timeoutAndMore, room, either, one
var _, _, _, _, _ = all, roomForAll, every, fastest, two
var _, _, _, _, _, _, _, _ = closer, cancelled, walk, drained, elsewhere, given, flagged, above
