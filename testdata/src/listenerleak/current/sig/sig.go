// Package sig registers channels with the runtime.
package sig

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Leaks: the signal table keeps the channel of every call.
func WaitForReload() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGHUP) // want `channel given to signal.Notify is not stopped on every path.*listenerleak/signal-not-stopped, latent`
	<-ch
}

// Leaks: the same, with all signals.
func WaitForAny() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch) // want `listenerleak/signal-not-stopped`
	<-ch
}

// Fine: only the end of the process ends the wait.
func WaitForInterrupt() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
	<-ch
}

// Fine: the same, on a goroutine.
func CancelAtEnd(cancel func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ch
		cancel()
	}()
}

// Leaks: another way out of the wait.
func InterruptOr(done <-chan struct{}) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt) // want `listenerleak/signal-not-stopped`
	select {
	case <-ch:
	case <-done:
	}
}

// Leaks: the goroutine has another way out; it outlives the function, which
// therefore cannot stop the channel.
func OnGoroutine(done <-chan struct{}, f func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP) // want `listenerleak/signal-not-stopped`
	go func() {
		for {
			select {
			case <-ch:
				f()
			case <-done:
				return
			}
		}
	}()
}

// Leaks: what a loop registers wants Stop in the loop.
func Each(steps []func()) {
	for _, step := range steps {
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, syscall.SIGHUP) // want `listenerleak/signal-not-stopped`
		step()
		<-ch
	}
}

// Leaks: the context does not leave the function.
func Pause(parent context.Context, d time.Duration) error {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // want `stop function of signal.NotifyContext is dropped.*listenerleak/signal-not-stopped`
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Leaks: stop is a name of the function's own.
func PauseOr(parent context.Context, stop <-chan struct{}) {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // want `listenerleak/signal-not-stopped`
	select {
	case <-ctx.Done():
	case <-stop:
	}
}

// Leaks, and no name is left for a fix.
func PauseAll(parent context.Context, stop, unregister, stopFunc <-chan struct{}) {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // want `listenerleak/signal-not-stopped`
	select {
	case <-ctx.Done():
	case <-stop:
	case <-unregister:
	case <-stopFunc:
	}
}

// Leaks: the channel is closed, but the signal table keeps it.
func Handle(reload func(), quit <-chan struct{}) int {
	ch := make(chan os.Signal, 4)
	defer close(ch)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // want `listenerleak/signal-not-stopped, latent`
	for {
		select {
		case sig := <-ch:
			if sig != syscall.SIGHUP {
				return 0
			}
			reload()
		case <-quit:
			return 1
		}
	}
}

// Leaks, but who gets the context may go on with it.
func Begin(parent context.Context, serve func(context.Context)) {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // want `listenerleak/signal-not-stopped`
	serve(ctx)
}

// Leaks: stopped only if a signal came.
func Or(done <-chan struct{}) error {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP) // want `listenerleak/signal-not-stopped`
	select {
	case <-ch:
		signal.Stop(ch)
		return nil
	case <-done:
		return errors.New("done first")
	}
}

// Leaks: the stop function is dropped, and with it a goroutine.
func Context(parent context.Context) context.Context {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // want `listenerleak/signal-not-stopped`
	return ctx
}

// Leaks: not called when the work fails.
func Work(ctx context.Context, work func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // want `listenerleak/signal-not-stopped`
	if err := work(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

// Fine: stopped on every path.
func Stopped(done <-chan struct{}) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	defer signal.Stop(ch)
	select {
	case <-ch:
	case <-done:
	}
}

// Fine: the goroutine stops it when it ends.
func Goroutine(done <-chan struct{}, f func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	go func() {
		defer signal.Stop(ch)
		for {
			select {
			case <-ch:
				f()
			case <-done:
				return
			}
		}
	}()
}

// Fine: the caller's channel is the caller's.
func Given(ch chan os.Signal) { signal.Notify(ch, os.Interrupt) }

// Fine: kept for Close.
type Watcher struct{ ch chan os.Signal }

func NewWatcher() *Watcher {
	w := &Watcher{make(chan os.Signal, 1)}
	signal.Notify(w.ch, os.Interrupt)
	return w
}

func (w *Watcher) Close() { signal.Stop(w.ch) }

// Fine: the context and its stop function go to the caller together.
func Interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt)
}

// Fine: init runs once.
func init() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGTERM)
	go func() {
		<-ch
		os.Exit(1)
	}()
}

type throttle struct{ off bool }

var bandwidth throttle

// Fine: there is one throttle, and it listens for good.
func (t *throttle) listen() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGUSR1)
	go func() {
		for range ch {
			t.off = !t.off
		}
	}()
}

func Listen() { bandwidth.listen() }

// Fine: it is stopped when the function returns, though a goroutine that
// receives may end before a signal comes.
func Prompt(lines <-chan string, each func(string)) {
	ch := make(chan os.Signal, 1)
	end := make(chan struct{})
	signal.Notify(ch, os.Interrupt)
	defer signal.Stop(ch)
	go func() {
		for {
			select {
			case <-ch:
				each("interrupted")
			case <-end:
				return
			}
		}
	}()
	for line := range lines {
		each(line)
	}
	close(end)
}

// TerminateOr asks for a signal with which a process is told to end: nothing
// shows that it is called again and again.
func TerminateOr(done <-chan struct{}) bool {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM) // want `listenerleak/signal-not-stopped, latent`
	select {
	case <-ch:
		return true
	case <-done:
		return false
	}
}

// Resumed does not leave: nothing closes the channel.
func Resumed(f func()) {
	go func() {
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, syscall.SIGHUP)
		for range ch {
			f()
		}
	}()
}

// Chosen asks for what the caller says, perhaps for the end of the process.
func Chosen(done <-chan struct{}, kinds ...os.Signal) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, kinds...) // want `listenerleak/signal-not-stopped, latent`
	select {
	case <-ch:
	case <-done:
	}
}

// An App runs a process: that others may make any number shows nothing here.
type App struct{ done chan struct{} }

func NewApp() *App { return &App{done: make(chan struct{})} }

func (a *App) Run() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM) // want `listenerleak/signal-not-stopped, latent`
	select {
	case <-ch:
	case <-a.done:
	}
}

func (a *App) Close() { close(a.done) }
