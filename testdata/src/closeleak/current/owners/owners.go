// Package owners has objects that keep what is to be given back.
package owners

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"

	"example.com/closing/internal/pump"
)

// A Server has a listener and a pump.
type Server struct {
	ln   net.Listener
	pump *pump.Pump
}

// NewServer leaks the pump: Close forgets it.
func NewServer(addr string) (*Server, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Server{ln, pump.Start()}, nil // want `value with a goroutine behind it in field pump is never stopped; held by its goroutine \(closeleak/owner-forgets\)`
}

func (s *Server) Close() error { return s.ln.Close() }

// A Pair closes both.
type Pair struct{ a, b *os.File }

func NewPair(a, b string) (*Pair, error) {
	f, err := os.Open(a)
	if err != nil {
		return nil, err
	}
	g, err := os.Open(b)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Pair{f, g}, nil
}

// Close leaks b when a does not close.
func (p *Pair) Close() error {
	if err := p.a.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves b behind \(closeleak/teardown-gives-up\)`
	}
	return p.b.Close()
}

// Shutdown is fine: it goes on.
func (p *Pair) Shutdown() error {
	err := p.a.Close()
	return errors.Join(err, p.b.Close())
}

// Stop is fine: who calls it again finds that it has not come to the end.
func (r *Retried) Stop() error {
	if err := r.a.Close(); err != nil {
		r.stopped.Store(false)
		return err
	}
	return r.b.Close()
}

type Retried struct {
	stopped atomic.Bool
	a, b    io.Closer
}

// A List closes what it has in a list.
type List struct {
	f       *os.File
	closers []io.Closer
}

func NewList(path string) (*List, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &List{f: f, closers: []io.Closer{f}}, nil
}

func (l *List) Close() {
	for _, c := range l.closers {
		c.Close()
	}
}

// A Driven is stopped by what it embeds, of its own package.
type Driven struct{ *engine }

func NewDriven() *Driven { return &Driven{startEngine()} }

type engine struct{ done chan struct{} }

func startEngine() *engine {
	e := &engine{make(chan struct{})}
	go func() { <-e.done }()
	return e
}

func (e *engine) Stop() { close(e.done) }

// A Plugin is told to end by a method that calls off on errors.
type Plugin struct {
	conn   *os.File
	cancel context.CancelFunc
	log    io.Closer
}

func (p *Plugin) client() (*os.File, error) {
	if p.conn == nil {
		p.cancel()
		return nil, errors.New("no client")
	}
	return p.conn, nil
}

// Kill is fine: where there is no client there is nothing to give back.
func (p *Plugin) Kill() {
	graceful := false
	client, err := p.client()
	if err == nil {
		graceful = client.Close() == nil
	}
	if graceful {
		return
	}
	p.log.Close()
}

// An Embedded is closed by what it embeds.
type Embedded struct{ net.Listener }

func NewEmbedded(addr string) (*Embedded, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Embedded{ln}, nil
}

// A Client dials again.
type Client struct {
	addr string
	c    net.Conn
}

// dial leaks the connection that was there.
func (c *Client) dial() (err error) {
	c.c, err = net.Dial("tcp", c.addr) // want `connection overwrites another in field c that is not closed; held by the operating system \(closeleak/overwritten\)`
	return err
}

func (c *Client) Send(b []byte) error {
	if _, err := c.c.Write(b); err == nil {
		return nil
	}
	if err := c.dial(); err != nil {
		return err
	}
	_, err := c.c.Write(b)
	return err
}

func (c *Client) Close() error { return c.c.Close() }

// A Line closes what was there.
type Line struct {
	addr string
	c    net.Conn
}

func (l *Line) dial() (err error) {
	if l.c != nil {
		l.c.Close()
	}
	l.c, err = net.Dial("tcp", l.addr)
	return err
}

func (l *Line) Send(b []byte) error {
	if _, err := l.c.Write(b); err == nil {
		return nil
	}
	return l.dial()
}

func (l *Line) Close() error { return l.c.Close() }

// A Current is swapped: the old one is stopped.
type Current struct{ p atomic.Pointer[pump.Pump] }

func (c *Current) Renew() {
	if old := c.p.Swap(pump.Start()); old != nil {
		old.Stop()
	}
}
