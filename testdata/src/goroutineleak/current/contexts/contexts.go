// Package contexts makes contexts that end with several things.
package contexts

import (
	"context"
	"time"
)

// Who is given the context may cancel it, and the goroutine stays.
func Merge(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // want `goroutine does not look at the end of the context that it cancels \(goroutineleak/blocked-receive\)`
		select {
		case <-a.Done():
		case <-b.Done():
		}
		cancel()
	}()
	return ctx, cancel
}

// Fine: it looks at that.
func Both(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(a)
	go func() {
		defer cancel()
		select {
		case <-b.Done():
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// The parent may end first.
func Until(ctx context.Context, done <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() { // want `goroutine does not look at the end of the context that it cancels`
		<-done
		cancel()
	}()
	return ctx
}

// Fine: nothing else ends it.
func Of(done <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-done
		cancel()
	}()
	return ctx
}

// Fine: it ends in time.
func In(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		<-time.After(d)
		cancel()
	}()
	return ctx, cancel
}

// Fine: the context stays here, and what it is for ends with the channel.
func Run(stop <-chan struct{}, work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-stop
		cancel()
	}()
	return work(ctx)
}
