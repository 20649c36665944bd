package leaks

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// A bus calls functions that are registered with it.
type bus struct {
	mu   sync.Mutex
	last int
	subs map[int]func()
}

func (b *bus) On(f func()) (id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	b.subs[b.last] = f
	return b.last
}

func (b *bus) Off(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, id)
}

// Subscribe is On with a function that undoes it.
func (b *bus) Subscribe(f func()) (cancel func()) {
	id := b.On(f)
	return func() { b.Off(id) }
}

var theBus = &bus{subs: make(map[int]func())}

func HandleDiscarded() any {
	s := newSession()
	theBus.Subscribe(s.touch) // leak: listenerleak/handle-discarded
	s.Close()
	return nil
}

func HandleDiscardedFixed() any {
	s := newSession()
	cancel := theBus.Subscribe(s.touch)
	defer cancel()
	s.Close()
	return nil
}

func NotRemovedOnPath() any {
	s := newSession()
	cancel := theBus.Subscribe(s.touch) // leak: listenerleak/not-removed-on-path
	if s.data[0] == 0 {
		return nil
	}
	cancel()
	return nil
}

func NotRemovedOnPathFixed() any {
	s := newSession()
	cancel := theBus.Subscribe(s.touch)
	defer cancel()
	if s.data[0] == 0 {
		return nil
	}
	return nil
}

// A Listener is told of events.
type Listener interface{ touch() }

// A hub knows its listeners by value.
type hub struct {
	mu        sync.Mutex
	listeners map[Listener]bool
}

func (h *hub) AddListener(l Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[l] = true
}

func (h *hub) RemoveListener(l Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

var (
	crowdedHub = &hub{listeners: make(map[Listener]bool)}
	theHub     = &hub{listeners: make(map[Listener]bool)}
)

func NeverRemoved() any {
	s := newSession()
	crowdedHub.AddListener(s) // leak: listenerleak/never-removed
	s.Close()
	return nil
}

func NeverRemovedFixed() any {
	s := newSession()
	theHub.AddListener(s)
	defer theHub.RemoveListener(s)
	s.Close()
	return nil
}

// A topic has no way out for listeners, a board has.
type topic struct{ listeners []func() }

func (t *topic) Listen(f func()) {
	t.listeners = append(t.listeners, f)
}

var theTopic topic

func NoWayOut() any {
	s := newSession()
	theTopic.Listen(s.touch) // leak: listenerleak/no-way-out
	return nil
}

type board struct{ listeners []func() }

func (b *board) Listen(f func()) {
	b.listeners = append(b.listeners, f)
}

func (b *board) Reset() { b.listeners = nil }

var theBoard board

func NoWayOutFixed() any {
	s := newSession()
	theBoard.Listen(s.touch)
	theBoard.Reset()
	return nil
}

// An app lives as long as the process, and so does its context.
type app struct {
	ctx context.Context
	end context.CancelFunc
}

var theApp = newApp()

func newApp() *app {
	ctx, cancel := context.WithCancel(context.Background())
	return &app{ctx, cancel}
}

func (a *app) handle() {
	s := newSession()
	context.AfterFunc(a.ctx, s.Close) // leak: listenerleak/handle-discarded
	s.touch()
}

func (a *app) handleFixed() {
	s := newSession()
	stop := context.AfterFunc(a.ctx, s.Close)
	defer stop()
	s.touch()
}

func ContextHandleDiscarded() any {
	theApp.handle()
	return nil
}

func ContextHandleDiscardedFixed() any {
	theApp.handleFixed()
	return nil
}

func SignalNotStopped() any {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1) // leak: listenerleak/signal-not-stopped
	select {
	case <-c:
	default:
	}
	return nil
}

func SignalNotStoppedFixed() any {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	select {
	case <-c:
	default:
	}
	return nil
}

func SignalContextNotStopped() any {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGUSR1) // leak: listenerleak/signal-not-stopped
	return ctx.Err()
}

func SignalContextNotStoppedFixed() any {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGUSR1)
	defer stop()
	return ctx.Err()
}
