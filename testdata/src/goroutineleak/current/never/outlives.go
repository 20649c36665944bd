package never

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// Each connection leaves a goroutine until the server ends.
func ServeAll(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() { // want `goroutine outlives what it is started for: it waits for what was there before \(goroutineleak/never-ends\)`
			<-ctx.Done()
			conn.Close()
		}()
		go serve(conn)
	}
}

// Fine: the context ends with the connection.
func ServeEach(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(ctx)
		go func() {
			<-ctx.Done()
			conn.Close()
		}()
		go func() {
			defer cancel()
			serve(conn)
		}()
	}
}

// Fine: it ends with the connection, too.
func ServeBoth(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		done := make(chan struct{})
		go func() {
			select {
			case <-ctx.Done():
				conn.Close()
			case <-done:
			}
		}()
		go func() {
			defer close(done)
			serve(conn)
		}()
	}
}

// A Gate lets requests through until it is closed.
type Gate struct {
	ctx  context.Context
	quit chan struct{}
}

func (g *Gate) Close() { close(g.quit) }

func closeAt(ctx context.Context, c io.Closer) {
	<-ctx.Done()
	c.Close()
}

func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	go closeAt(g.ctx, r.Body) // want `goroutine outlives what it is started for`
	io.Copy(w, r.Body)
}

// Fine: the request's context ends with it.
func pass(w http.ResponseWriter, r *http.Request) {
	go closeAt(r.Context(), r.Body)
	io.Copy(w, r.Body)
}

// Each round leaves a goroutine until the gate is closed.
func (g *Gate) Run(jobs <-chan func(stop <-chan struct{})) {
	for {
		select {
		case job := <-jobs:
			stop := make(chan struct{})
			go func() { // want `goroutine outlives what it is started for`
				<-g.quit
				close(stop)
			}()
			job(stop)
		case <-g.quit:
			return
		}
	}
}

// Once for each call, and who calls it has a context for that, or not.
func until(ctx context.Context, f func() error, stopped func()) error {
	go func() { // want `goroutine outlives what it is started for`
		<-ctx.Done()
		stopped()
	}()
	return f()
}

func Repeat(ctx context.Context, f func() error, stopped func()) {
	for {
		until(ctx, f, stopped)
		time.Sleep(time.Second)
	}
}

// Fine: there are as many as there are names.
func StopAll(ctx context.Context, closers map[string]io.Closer) {
	for _, c := range closers {
		go closeAt(ctx, c)
	}
}

// Fine: it is ready soon, and that is no end.
func WhenReady(ready <-chan struct{}, jobs <-chan func()) {
	for job := range jobs {
		go func() {
			<-ready
			job()
		}()
	}
}

// A worker for each message ends only with the context.
func Workers(ctx context.Context, messages <-chan string, use func(string) error) {
	for m := range messages {
		go func() { // want `goroutine outlives what it is started for`
			t := time.NewTimer(time.Second)
			defer t.Stop()
			for {
				select {
				case <-t.C:
					use(m)
					t.Reset(time.Second)
				case <-ctx.Done():
					return
				}
			}
		}()
	}
}

// Fine: it ends with the first error, too.
func Tries(ctx context.Context, messages <-chan string, use func(string) error) {
	for m := range messages {
		go func() {
			t := time.NewTimer(time.Second)
			defer t.Stop()
			for {
				select {
				case <-t.C:
					if use(m) != nil {
						return
					}
					t.Reset(time.Second)
				case <-ctx.Done():
					return
				}
			}
		}()
	}
}

// A Term is begun and ended again and again, each time with a context of its own.
type Term struct {
	ctx  context.Context
	stop context.CancelFunc
}

func (t *Term) Begin(work func()) {
	t.ctx, t.stop = context.WithCancel(context.Background())
	go t.run(t.ctx, work)
}

func (t *Term) End() { t.stop() }

func (t *Term) run(ctx context.Context, work func()) {
	for {
		select {
		case <-time.After(time.Second):
			work()
		case <-ctx.Done():
			return
		}
	}
}

func Terms(t *Term, next <-chan func()) {
	for work := range next {
		t.Begin(work)
		time.Sleep(time.Minute)
		t.End()
	}
}

// Fine: the goroutine has nothing but the gate, and there is one.
func (g *Gate) Keep(ticks <-chan time.Time) {
	kept := false
	for range ticks {
		if !kept {
			kept = true
			go g.keep()
		}
	}
}

func (g *Gate) keep() {
	<-g.ctx.Done()
	println("closed")
}

type feed interface {
	Next() (string, error)
	Stop()
}

// A Reader reads one feed after the other, until it is closed.
type Reader struct {
	exit chan bool
	open func() (feed, error)
	last string
}

// NewReader returns one that opens feeds.
func NewReader(open func() (feed, error)) *Reader {
	return &Reader{exit: make(chan bool), open: open}
}

// Close ends it.
func (r *Reader) Close() { close(r.exit) }

func (r *Reader) closed() bool {
	select {
	case <-r.exit:
		return true
	default:
		return false
	}
}

// Run goes on until somebody closes the reader.
func (r *Reader) Run() {
	for {
		if r.closed() {
			return
		}
		f, err := r.open()
		if err != nil {
			continue
		}
		r.read(f)
		r.readBoth(f)
		r.lend(f)
	}
}

// Each feed leaves a goroutine until the reader is closed, though the feed is stopped here.
func (r *Reader) read(f feed) error {
	defer f.Stop()
	go func() { // want `goroutine outlives what it is started for: it waits for what was there before \(goroutineleak/never-ends\)`
		<-r.exit
		f.Stop()
	}()
	for {
		s, err := f.Next()
		if err != nil {
			return err
		}
		r.last = s
	}
}

// Fine: the goroutine ends with the function.
func (r *Reader) readBoth(f feed) error {
	stop := make(chan bool)
	defer close(stop)
	go func() {
		defer f.Stop()
		select {
		case <-r.exit:
		case <-stop:
		}
	}()
	for {
		s, err := f.Next()
		if err != nil {
			return err
		}
		r.last = s
	}
}

// Fine: nobody else stops the feed.
func (r *Reader) lend(f feed) {
	go func() {
		<-r.exit
		f.Stop()
	}()
}

// The same, with a loop that ends by itself.
type Attempts struct {
	exit chan bool
	open func() (feed, error)
}

// Close ends it.
func (r *Attempts) Close() { close(r.exit) }

// Run is fine: it is tried until it works.
func (r *Attempts) Run() error {
	for {
		f, err := r.open()
		if err != nil {
			return err
		}
		if r.read(f) == nil {
			return nil
		}
	}
}

func (r *Attempts) read(f feed) error {
	defer f.Stop()
	go func() {
		<-r.exit
		f.Stop()
	}()
	_, err := f.Next()
	return err
}

// A belt runs until the gate is closed, and so does its goroutine.
func (g *Gate) Belt(jobs <-chan func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-g.quit
		cancel()
	}()
	for {
		select {
		case job := <-jobs:
			job(ctx)
		case <-time.After(time.Second):
		case <-g.quit:
			return
		}
	}
}

// This one also ends when there are no more jobs, and its goroutine does not.
func (g *Gate) Conveyor(jobs <-chan func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // want `goroutine outlives what it is started for`
		<-g.quit
		cancel()
	}()
	for {
		select {
		case job, ok := <-jobs:
			if !ok {
				return
			}
			job(ctx)
		case <-g.quit:
			return
		}
	}
}

// All who have a key may come any number of times.
func serveGate(keys <-chan *Gate, jobs <-chan func(context.Context)) {
	for g := range keys {
		g.Belt(jobs)
		g.Conveyor(jobs)
	}
}
