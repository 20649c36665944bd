// Package link dials.
package link

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
)

// A Dialer makes connections.
type Dialer interface {
	Dial(addr string, hello []byte) (net.Conn, error)
}

// Plain and Secure are all that there are.
type Plain struct{}

func (Plain) Dial(addr string, hello []byte) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if err := send(conn, hello); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

type Secure struct {
	Plain
	config *tls.Config
}

func (s Secure) Dial(addr string, hello []byte) (net.Conn, error) {
	conn, err := s.Plain.Dial(addr, hello)
	if err != nil {
		return nil, err
	}
	c := tls.Client(conn, s.config)
	if err := c.Handshake(); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

var send = func(w io.Writer, hello []byte) error {
	_, err := w.Write(hello)
	return err
}

// A Source gives connections that somebody else closes.
type Source interface {
	Get(name string) (net.Conn, error)
}

type Pool struct{ conns map[string]net.Conn }

func (p *Pool) Get(name string) (net.Conn, error) {
	if c := p.conns[name]; c != nil {
		return c, nil
	}
	return nil, errors.New("none")
}

// A Tap is a file that somebody reads along. What Open returns others have, too.
type Tap struct{ n int }

func (t *Tap) Close() error {
	finish(t)
	return nil
}

func (t *Tap) Next() error { return step(t) }

var finish = func(t *Tap) { t.n = 0 }

var step = func(t *Tap) error { return nil }

type Taps struct{ open map[string]*Tap }

func (t *Taps) Open(name string) (*Tap, error) {
	tap, err := open(name)
	if err != nil {
		return nil, err
	}
	t.open[name] = tap
	return tap, nil
}

// New returns one that nobody else has.
func New(name string) (*Tap, error) { return open(name) }

var open func(name string) (*Tap, error)

// A Packer writes lines in another form.
type Packer struct{ add func(string) error }

func (p *Packer) Add(line string) error { return p.add(line) }
func (p *Packer) Close() error          { return p.add("") }

// NewPacker returns one that writes to w.
func NewPacker(w io.Writer) (*Packer, error) { return pack(w) }

var pack func(w io.Writer) (*Packer, error)
