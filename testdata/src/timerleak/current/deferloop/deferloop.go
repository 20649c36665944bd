// Package deferloop has deferred calls of Stop in loops.
package deferloop

import (
	"bufio"
	"context"
	"io"
	"log"
	"time"
)

// Leaks: no job's deferred Stop runs before the last job came.
func Work(jobs <-chan func(<-chan time.Time)) {
	for job := range jobs {
		t := time.NewTicker(time.Second) // want `timerleak/defer-stop-in-loop`
		defer t.Stop()
		job(t.C)
	}
}

// Leaks: the loop ends only with the context, and the calls pile up until then.
func Poll(ctx context.Context, poll func() error) {
	for ctx.Err() == nil {
		timeout := time.NewTimer(time.Minute) // want `deferred Stop of a timer made in every iteration.*timerleak/defer-stop-in-loop`
		defer timeout.Stop()
		select {
		case <-timeout.C:
		case <-ctx.Done():
		}
		if err := poll(); err != nil {
			log.Print(err)
		}
	}
}

// Leaks: the deferred literal is no better.
func Lines(r io.Reader, each func(string, *time.Ticker)) {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		t := time.NewTicker(time.Second) // want `timerleak/defer-stop-in-loop`
		defer func() {
			t.Stop()
			log.Print("line done")
		}()
		each(sc.Text(), t)
	}
}

// Fine: the body is a function of its own, which returns every time.
func Bodies(jobs <-chan func(<-chan time.Time)) {
	for job := range jobs {
		func() {
			t := time.NewTicker(time.Second)
			defer t.Stop()
			job(t.C)
		}()
	}
}

// Fine: three is not many.
func Three(f func(<-chan time.Time)) {
	for range 3 {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		f(t.C)
	}
}

// Fine: the iteration that creates it always returns.
func FirstOf(in <-chan int) (time.Time, bool) {
	for n := range in {
		if n == 0 {
			continue
		}
		t := time.NewTimer(time.Minute)
		defer t.Stop()
		return <-t.C, true
	}
	return time.Time{}, false
}

// Fine: one Stop for one ticker, made before the loop.
func Outside(jobs <-chan func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for job := range jobs {
		<-t.C
		job()
	}
}

// Fine: stopped at the end of each iteration.
func Inside(jobs <-chan func(<-chan time.Time)) {
	for job := range jobs {
		t := time.NewTicker(time.Second)
		job(t.C)
		t.Stop()
	}
}

// Fine: each goroutine has its own deferred Stop.
func Spawn(jobs <-chan func(<-chan time.Time)) {
	for job := range jobs {
		go func() {
			t := time.NewTicker(time.Second)
			defer t.Stop()
			job(t.C)
		}()
	}
}

type request struct {
	answer chan error
}

// Fine: there is one answer to a request, and so one timer.
func Send(to chan<- request, replies <-chan string, patience time.Duration) (string, error) {
	answer := make(chan error, 1)
	to <- request{answer}
	var late <-chan time.Time
	for {
		select {
		case err := <-answer:
			if err != nil {
				return "", err
			}
			t := time.NewTimer(patience)
			defer t.Stop()
			late = t.C
		case r := <-replies:
			if r != "" {
				return r, nil
			}
		case <-late:
			return "", context.DeadlineExceeded
		}
	}
}

// Leaks: a wake-up may come any number of times.
func Wake(register func(chan<- struct{}), done <-chan struct{}, late func(<-chan time.Time)) {
	wake := make(chan struct{}, 1)
	register(wake)
	for {
		select {
		case <-wake:
			t := time.NewTimer(time.Minute) // want `timerleak/defer-stop-in-loop`
			defer t.Stop()
			late(t.C)
		case <-done:
			return
		}
	}
}

// Leaks: a guard for each of the jobs, and all of them are stopped when there are no more.
func Guarded(jobs <-chan func(), alarm func()) {
	for job := range jobs {
		guard := time.AfterFunc(5*time.Second, alarm) // want `timerleak/defer-stop-in-loop`
		defer guard.Stop()
		job()
	}
}

// Fine: each guard is stopped when its job is done.
func GuardedEach(jobs <-chan func(), alarm func()) {
	for job := range jobs {
		func() {
			defer time.AfterFunc(5*time.Second, alarm).Stop()
			job()
		}()
	}
}
