// Package motor has objects with something behind them.
package motor

import (
	"bufio"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/closing/internal/motor/loop"
)

// A Wide has a goroutine of another package, which ends with its context.
type Wide struct {
	cancel context.CancelFunc
	serial *loop.Serial
}

func NewWide() *Wide {
	ctx, cancel := context.WithCancel(context.Background())
	return &Wide{cancel, loop.NewSerial(ctx)}
}

func (w *Wide) Close() { w.cancel() }

// A Quitter has one that ends when its channel is closed.
type Quitter struct{ quit chan struct{} }

func NewQuitter() *Quitter {
	q := &Quitter{make(chan struct{})}
	loop.Watch(q.quit, func() {})
	return q
}

func (q *Quitter) Close() { close(q.quit) }

// A Hooked is closed by a callback, too, if somebody else closes what that belongs to.
type Hooked struct {
	quit chan struct{}
	end  func()
}

func NewHooked() *Hooked {
	h := &Hooked{quit: make(chan struct{})}
	h.hook()
	loop.Watch(h.quit, func() {})
	return h
}

func (h *Hooked) hook() { h.end = func() { h.Close() } }

func (h *Hooked) Close() { close(h.quit) }

// A Brief has started what has ended already.
type Brief struct{ cancel context.CancelFunc }

func NewBrief() *Brief {
	ctx, cancel := context.WithCancel(context.Background())
	loop.Once(ctx, func() {})
	return &Brief{cancel}
}

func (b *Brief) Close() { b.cancel() }

// A Guarded runs a method that another function calls.
type Guarded struct {
	quit  chan struct{}
	every time.Duration
}

func NewGuarded(every time.Duration) *Guarded {
	g := &Guarded{make(chan struct{}), every}
	go loop.Guard(g.work)
	return g
}

func (g *Guarded) work() {
	if g.every == 0 {
		return
	}
	for {
		select {
		case <-time.After(g.every):
		case <-g.quit:
			return
		}
	}
}

func (g *Guarded) Close() { close(g.quit) }

// A Grouped has a goroutine of a group.
type Grouped struct {
	group sync.WaitGroup
	quit  chan struct{}
}

func NewGrouped() *Grouped {
	g := &Grouped{quit: make(chan struct{})}
	g.group.Go(func() { <-g.quit })
	return g
}

func (g *Grouped) Close() {
	close(g.quit)
	g.group.Wait()
}

// A Flagged looks at a flag.
type Flagged struct {
	closed atomic.Bool
	stop   uint32
}

func NewFlagged() *Flagged {
	f := &Flagged{}
	go f.poll()
	return f
}

func (f *Flagged) stopped() bool { return f.closed.Load() }

func (f *Flagged) poll() {
	for !f.stopped() {
		time.Sleep(time.Second)
	}
}

func (f *Flagged) Close() { f.closed.Store(true) }

// A Counted looks at a number.
type Counted struct{ stop uint32 }

func NewCounted() *Counted {
	c := &Counted{}
	go func() {
		for {
			if atomic.LoadUint32(&c.stop) == 1 {
				return
			}
			time.Sleep(time.Second)
		}
	}()
	return c
}

func (c *Counted) Close() { atomic.StoreUint32(&c.stop, 1) }

// A Limited ends by itself.
type Limited struct {
	closed atomic.Bool
	left   int
}

func NewLimited() *Limited {
	l := &Limited{left: 10}
	go func() {
		for ; l.left > 0 && !l.closed.Load(); l.left-- {
			time.Sleep(time.Second)
		}
	}()
	return l
}

func (l *Limited) Close() { l.closed.Store(true) }

// A Line has a connection that a method of it makes.
type Line struct {
	addr string
	conn net.Conn
	w    *bufio.Writer
}

func NewLine(addr string) (*Line, error) {
	l := &Line{addr: addr}
	if err := l.dial(); err != nil {
		return nil, err
	}
	l.waitForHello()
	return l, nil
}

func (l *Line) waitForHello() { _, _ = l.conn.Read(make([]byte, 1)) }

func (l *Line) dial() error {
	conn, err := net.Dial("tcp", l.addr)
	if err != nil {
		return err
	}
	l.conn, l.w = conn, bufio.NewWriter(conn)
	return nil
}

func (l *Line) Close() error { return l.conn.Close() }

// A Lazy makes it when it is needed.
type Lazy struct{ Line }

func NewLazy(addr string) *Lazy { return &Lazy{Line{addr: addr}} }

func (l *Lazy) Say(b []byte) error {
	if l.conn == nil {
		if err := l.dial(); err != nil {
			return err
		}
	}
	_, err := l.w.Write(b)
	return err
}

// Options say how a Link is made.
type Options struct {
	Dial func(addr string) (net.Conn, error)
}

// A Link has a connection that a function has made.
type Link struct{ conn net.Conn }

func dialer(timeout time.Duration) func(addr string) (net.Conn, error) {
	return func(addr string) (net.Conn, error) {
		return net.DialTimeout("tcp", addr, timeout)
	}
}

func NewLink(addr string, o Options) (link *Link, err error) {
	dial := o.Dial
	if dial == nil {
		dial = dialer(time.Minute)
	}
	conn, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = link.Close()
		}
	}()
	link = wrap(conn)
	if err := link.hello(); err != nil {
		_ = link.Close()
		return nil, err
	}
	return link, nil
}

func wrap(conn net.Conn) *Link { return &Link{conn} }

func (l *Link) hello() error {
	_, err := l.conn.Write([]byte("hello"))
	return err
}

func (l *Link) Close() error { return l.conn.Close() }

// A Child ends with the context that it is given, too.
type Child struct{ cancel context.CancelFunc }

func NewChild(ctx context.Context) *Child {
	ctx, cancel := context.WithCancel(ctx)
	go func() { <-ctx.Done() }()
	return &Child{cancel}
}

func (c *Child) Close() { c.cancel() }

// An Upgraded goes on with the body of an answer.
type Upgraded struct{ body io.ReadCloser }

func Upgrade(url string) (*Upgraded, *http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	return &Upgraded{resp.Body}, resp, nil
}

func (u *Upgraded) Close() error { return u.body.Close() }

// A Preparer is a database or a transaction, whose statements end with it.
type Preparer interface {
	Prepare(query string) (*sql.Stmt, error)
}

func Prepared(p Preparer, query string) (*sql.Stmt, error) { return p.Prepare(query) }

// A Garage has a motor, or something that needs none.
type Garage struct{ drive driver }

type driver interface {
	Speed() int
	Stop()
}

type cart struct{ load int }

func (c *cart) Speed() int { return 1 + c.load }
func (c *cart) Stop()      { c.load = 0 }

type running struct{ done chan bool }

func run() *running {
	r := &running{make(chan bool)}
	go func() { <-r.done }()
	return r
}

func (r *running) Speed() int { return 9 }
func (r *running) Stop()      { close(r.done) }

// NewGarage starts a motor if it is asked to.
func NewGarage(fast bool) *Garage {
	g := &Garage{}
	if fast {
		g.drive = run()
	} else {
		g.drive = &cart{}
	}
	return g
}

// NewFast always starts one.
func NewFast() *Garage {
	g := &Garage{}
	g.drive = run()
	return g
}

func (g *Garage) Speed() int { return g.drive.Speed() }
func (g *Garage) Stop()      { g.drive.Stop() }

// Roles returns one object in three roles: who has one of them ends it.
func Roles() (*Garage, driver, interface{ Stop() }) {
	g := NewFast()
	return g, g, g
}
