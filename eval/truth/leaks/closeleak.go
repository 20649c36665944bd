package leaks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/memlint/memlint/eval/truth/leaks/registry"
)

// A watcher has a goroutine that ends with Close.
type watcher struct {
	s      *session
	events chan int
	done   chan struct{}
}

func newWatcher() *watcher {
	w := &watcher{newSession(), make(chan int), make(chan struct{})}
	go w.run()
	return w
}

func (w *watcher) run() {
	for {
		select {
		case <-w.events:
			w.s.touch()
		case <-w.done:
			return
		}
	}
}

func (w *watcher) tell(event int) { w.events <- event }

func (w *watcher) Close() error {
	close(w.done)
	return nil
}

func NeverReleased() any {
	w := newWatcher() // leak: closeleak/never-released
	w.tell(1)
	return nil
}

func NeverReleasedFixed() any {
	w := newWatcher()
	defer w.Close()
	w.tell(1)
	return nil
}

// site starts a server in this process, whose goroutines are counted too, and
// returns its address.
var site = sync.OnceValue(func() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(l, http.NotFoundHandler())
	return "http://" + l.Addr().String()
})

func BodyOnErrorPath() any {
	resp, err := http.Get(site()) // leak: closeleak/error-path
	if err != nil {
		panic(err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return nil
}

func BodyOnErrorPathFixed() any {
	resp, err := http.Get(site())
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	io.Copy(io.Discard, resp.Body)
	return nil
}

// A link has a new watcher after each event.
type link struct{ w *watcher }

func (l *link) connect() {
	l.w = newWatcher() // leak: closeleak/overwritten
}

func (l *link) send(event int) {
	l.w.tell(event)
	l.connect()
}

func (l *link) Close() error { return l.w.Close() }

func Overwritten() any {
	l := &link{}
	l.connect()
	l.send(1)
	l.Close()
	return nil
}

// A bridge is a link that closes what it replaces.
type bridge struct{ w *watcher }

func (b *bridge) connect() {
	if b.w != nil {
		b.w.Close()
	}
	b.w = newWatcher()
}

func (b *bridge) send(event int) {
	b.w.tell(event)
	b.connect()
}

func (b *bridge) Close() error { return b.w.Close() }

func OverwrittenFixed() any {
	b := &bridge{}
	b.connect()
	b.send(1)
	b.Close()
	return nil
}

// A room has a session and a watcher, and closes one of them.
type room struct {
	s *session
	w *watcher
}

func newRoom() *room {
	return &room{newSession(), newWatcher()} // leak: closeleak/owner-forgets
}

func (r *room) Close() { r.s.Close() }

func OwnerForgets() any {
	newRoom().Close()
	return nil
}

// A house is a room that closes both.
type house struct {
	s *session
	w *watcher
}

func newHouse() *house { return &house{newSession(), newWatcher()} }

func (h *house) Close() {
	h.s.Close()
	h.w.Close()
}

func OwnerForgetsFixed() any {
	newHouse().Close()
	return nil
}

// A sink cannot write what it has when it is closed.
type sink struct{}

func (*sink) Close() error { return io.ErrShortWrite }

// A journal has a sink and a watcher.
type journal struct {
	out *sink
	w   *watcher
}

func (j *journal) Close() error {
	if err := j.out.Close(); err != nil {
		return err // leak: closeleak/teardown-gives-up
	}
	return j.w.Close()
}

func TeardownGivesUp() any {
	j := &journal{&sink{}, newWatcher()}
	j.Close()
	return nil
}

// A diary is a journal that closes both.
type diary struct {
	out *sink
	w   *watcher
}

func (d *diary) Close() error { return errors.Join(d.out.Close(), d.w.Close()) }

func TeardownGivesUpFixed() any {
	d := &diary{&sink{}, newWatcher()}
	d.Close()
	return nil
}

// A daemon lives as long as the process, and its context keeps those that are
// derived from it.
type daemon struct {
	ctx context.Context
	end context.CancelFunc
}

func newDaemon() *daemon {
	ctx, cancel := context.WithCancel(context.Background())
	return &daemon{ctx, cancel}
}

func (d *daemon) Close() { d.end() }

var theDaemon = newDaemon()

// A manager runs tasks until they are canceled.
type manager struct {
	mu    sync.Mutex
	tasks map[int64]context.CancelFunc
}

func (m *manager) start() (id int64) {
	ctx, cancel := context.WithCancel(theDaemon.ctx)
	go await(ctx, newSession())
	m.mu.Lock()
	defer m.mu.Unlock()
	id = next.Add(1)
	m.tasks[id] = cancel
	return id
}

func (m *manager) cancel(id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tasks[id]()
	delete(m.tasks, id)
}

func (m *manager) forget(id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tasks, id) // leak: closeleak/entry-dropped
}

var theManager = &manager{tasks: make(map[int64]context.CancelFunc)}

func EntryDropped() any {
	theManager.forget(theManager.start())
	return nil
}

func EntryDroppedFixed() any {
	theManager.cancel(theManager.start())
	return nil
}

// A request has a context of its own, which Close leaves alone.
type request struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newRequest() *request {
	ctx, cancel := context.WithCancel(theDaemon.ctx) // leak: closeleak/cancel-lost
	return &request{ctx, cancel}
}

func (r *request) Close() {}

func CancelLost() any {
	r := newRequest()
	defer r.Close()
	return r.ctx.Err()
}

// A query is a request that cancels it.
type query struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newQuery() *query {
	ctx, cancel := context.WithCancel(theDaemon.ctx)
	return &query{ctx, cancel}
}

func (q *query) Close() { q.cancel() }

func CancelLostFixed() any {
	q := newQuery()
	defer q.Close()
	return q.ctx.Err()
}

// An order is a request of the app. Nobody ends the context of that, which keeps
// those that are derived from it all the same.
type order struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newOrder() *order {
	ctx, cancel := context.WithCancel(theApp.ctx) // leak: closeleak/cancel-lost
	return &order{ctx, cancel}
}

func (o *order) Close() {}

func CancelLostUnderEndless() any {
	o := newOrder()
	defer o.Close()
	return o.ctx.Err()
}

// A bill is an order that cancels its context.
type bill struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newBill() *bill {
	ctx, cancel := context.WithCancel(theApp.ctx)
	return &bill{ctx, cancel}
}

func (b *bill) Close() { b.cancel() }

func CancelLostUnderEndlessFixed() any {
	b := newBill()
	defer b.Close()
	return b.ctx.Err()
}

func TransportPerCall() any {
	client := &http.Client{Transport: &http.Transport{}} // leak: closeleak/per-call
	resp, err := client.Get(site())
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body) // or the connection is not kept
	return nil
}

var theClient = &http.Client{Transport: &http.Transport{}}

func TransportPerCallFixed() any {
	resp, err := theClient.Get(site())
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return nil
}

func DeferCancelInLoop() any {
	work := make(chan int)
	go func() {
		for range work {
			ctx, cancel := context.WithCancel(theDaemon.ctx) // leak: closeleak/defer-in-loop
			//lint:ignore SA9001 the leak
			defer cancel()
			_ = ctx.Err()
		}
	}()
	for i := 0; i < deferred; i++ {
		work <- i
	}
	return work
}

func DeferCancelInLoopFixed() any {
	work := make(chan int)
	go func() {
		for range work {
			func() {
				ctx, cancel := context.WithCancel(theDaemon.ctx)
				defer cancel()
				_ = ctx.Err()
			}()
		}
	}()
	for i := 0; i < deferred; i++ {
		work <- i
	}
	return work
}

func NameDropped() any {
	name := fmt.Sprintf("config-%d", next.Add(1))
	registry.RegisterConfig(name, newSession().data) // leak: closeleak/name-dropped
	_ = registry.Config(name)
	return nil
}

func NameDroppedFixed() any {
	name := fmt.Sprintf("config-%d", next.Add(1))
	registry.RegisterConfig(name, newSession().data)
	defer registry.UnregisterConfig(name)
	_ = registry.Config(name)
	return nil
}
