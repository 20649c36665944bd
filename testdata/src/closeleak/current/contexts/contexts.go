// Package contexts derives contexts.
package contexts

import (
	"context"
	"net/http"
	"sync"
	"time"

	"example.com/closing/internal/pump"
)

func ignored(ctx context.Context, f func(context.Context)) {
	c, _ := pump.Child(ctx) // want `cancel function is never called; held by its timer \(closeleak/cancel-lost\)`
	f(c)
}

// Nothing keeps a child of what never ends, but a timer.
func root(f func(context.Context)) {
	c, cancel := context.WithCancel(context.Background())
	_ = cancel
	f(c)
	c, _ = pump.Child(context.Background()) // want `cancel function is never called; held by its timer \(closeleak/cancel-lost\)`
	f(c)
}

// The context ends with the request.
func request(w http.ResponseWriter, r *http.Request) {
	_, cancel := context.WithCancelCause(r.Context())
	if r.ContentLength > 10 {
		cancel(nil)
	}
}

// There is nothing to cancel where the flag says so.
func flagged(ctx context.Context, f func(context.Context)) {
	ctx, ok, cancel := pump.Maybe(ctx, time.Second)
	if ok {
		defer cancel()
	}
	f(ctx)
}

func path(ctx context.Context, f func(context.Context) error) error {
	c, cancel := context.WithCancel(ctx) // want `cancel function is not called on every path; held by its parent context \(closeleak/cancel-lost\)`
	if err := f(c); err != nil {
		return err
	}
	cancel()
	return nil
}

// Where the context has ended, nothing is left to do.
func ended(ctx context.Context, step func(context.Context) bool) {
	c, cancel := context.WithCancel(ctx)
	go func() {
		for {
			select {
			case <-c.Done():
				return
			default:
			}
			if step(c) {
				cancel()
				return
			}
		}
	}()
}

// Who ends the parent on all ways ends the child.
func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, stop := context.WithTimeout(ctx, time.Hour)
	if err := f(c); err != nil {
		return err
	}
	stop()
	return nil
}

// The variable that literals capture was another context before.
func shared(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, stop := context.WithTimeout(ctx, time.Hour)
	if err := f(c); err != nil {
		return err
	}
	go func() { <-ctx.Done() }()
	stop()
	return nil
}

// Rounds have one parent.
func rounds(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		c, stop := context.WithCancel(ctx) // want `cancel function is not called on every path`
		if err := f(c); err != nil {
			continue
		}
		stop()
	}
}

// Fine: each of a list has one, and all end when it returns.
func all(ctx context.Context, fs []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, f := range fs {
		c, stop := context.WithCancel(ctx)
		if err := f(c); err != nil {
			continue
		}
		stop()
	}
	return nil
}

type view struct{ ctx context.Context }

func (v view) open() (view, func()) {
	ctx, cancel := context.WithCancel(v.ctx)
	return view{ctx}, cancel
}

func (v view) wait() func() {
	ctx, cancel := context.WithCancel(v.ctx)
	return func() {
		defer cancel()
		<-ctx.Done()
	}
}

// The parent is in an object.
func inner(v view, f func() error) error {
	v, cancel := v.open()
	defer cancel()
	wait := v.wait()
	if err := f(); err != nil {
		return err
	}
	wait()
	return nil
}

func outer(v view, f func() error) error {
	wait := v.wait() // want `cancel function is not called on every path`
	if err := f(); err != nil {
		return err
	}
	wait()
	return nil
}

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// NewJob leaks: nobody calls what the field has.
func NewJob(ctx context.Context) *job {
	j := new(job)
	j.ctx, j.cancel = context.WithCancel(ctx) // want `cancel function in field cancel is never called; held by its parent context \(closeleak/cancel-lost\)`
	return j
}

func (j *job) Done() <-chan struct{} { return j.ctx.Done() }

type task struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// NewTask is fine: Stop cancels.
func NewTask(ctx context.Context) *task {
	t := new(task)
	t.ctx, t.cancel = context.WithCancel(ctx)
	return t
}

func (t *task) Stop() { t.cancel() }

// A variable of the loop says whether there is one.
func command(ctx context.Context, in <-chan string) {
	var c context.Context
	var cancel context.CancelFunc
	defer func() {
		if cancel != nil {
			cancel()
		}
	}()
	for line := range in {
		if line != "start" || c != nil {
			continue
		}
		c, cancel = context.WithCancel(ctx)
	}
}

// Calls has what runs.
type Calls struct {
	mu sync.Mutex
	m  map[int]context.CancelFunc
}

// Run is fine: what is deleted was called.
func (c *Calls) Run(ctx context.Context, id int, f func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	c.mu.Lock()
	c.m[id] = cancel
	c.mu.Unlock()
	defer func() {
		cancel()
		c.mu.Lock()
		delete(c.m, id)
		c.mu.Unlock()
	}()
	f(ctx)
}

// Kill cancels and deletes.
func (c *Calls) Kill(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.m[id]; cancel != nil {
		cancel()
	}
	delete(c.m, id)
}

// Forget leaks the context.
func (c *Calls) Forget(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, id) // want `entry of m is taken out and what it holds is not given back \(closeleak/entry-dropped\)`
}
