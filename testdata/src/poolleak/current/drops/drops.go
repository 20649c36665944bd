// Package drops loses what it takes out.
package drops

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
)

type scratch struct{ file *os.File }

func (s *scratch) Close() error { return s.file.Close() }

var scratches = sync.Pool{New: func() any {
	f, err := os.CreateTemp("", "scratch")
	if err != nil {
		return nil
	}
	return &scratch{f}
}}

var errSpill = errors.New("cannot spill")

func Spill(p []byte) error {
	s := scratches.Get().(*scratch) // want `value with a file behind it from a pool is not put back on every path \(poolleak/get-without-put\)`
	if _, err := s.file.WriteAt(p, 0); err != nil {
		return errSpill
	}
	scratches.Put(s)
	return nil
}

// Closed is fine: what failed is closed.
func Closed(p []byte) error {
	s := scratches.Get().(*scratch)
	if _, err := s.file.WriteAt(p, 0); err != nil {
		s.Close()
		return errSpill
	}
	scratches.Put(s)
	return nil
}

// Dialer has a few connections.
type Dialer struct{ idle chan net.Conn }

func (d *Dialer) fill(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	d.idle <- c
	return nil
}

func (d *Dialer) take() net.Conn  { return <-d.idle }
func (d *Dialer) give(c net.Conn) { d.idle <- c }

func (d *Dialer) Send(p []byte) error {
	c := d.take() // want `connection from a pool is not put back on every path \(poolleak/get-without-put\)`
	if _, err := c.Write(p); err != nil {
		return err
	}
	d.give(c)
	return nil
}

// Receive is fine.
func (d *Dialer) Receive(p []byte) error {
	c := d.take()
	defer d.give(c)
	_, err := io.ReadFull(c, p)
	return err
}

var sums = sync.Pool{New: func() any { return new([64]int) }}

// Sum is fine: the collector has what is only dropped.
func Sum(in []int) (n int) {
	p := sums.Get().(*[64]int)
	if len(in) > len(p) {
		return -1
	}
	for i, x := range in {
		p[i] = x
		n += x
	}
	sums.Put(p)
	return n
}

// Lines has connections for reuse.
type Lines struct{ pool sync.Pool }

type wire struct {
	net.Conn
	err error
}

func NewLines(addr string) *Lines {
	l := new(Lines)
	l.pool.New = func() any {
		c, err := net.Dial("tcp", addr)
		return &wire{c, err}
	}
	return l
}

func (l *Lines) Write(p []byte) error {
	w := l.pool.Get().(*wire) // want `value with a connection behind it from a pool is not put back on every path \(poolleak/get-without-put\)`
	if len(p) > 1<<10 {
		return errSpill
	}
	if _, err := w.Conn.Write(p); err != nil {
		w.Close()
		return err
	}
	l.pool.Put(w)
	return nil
}

// Read is fine.
func (l *Lines) Read(p []byte) (int, error) {
	w := l.pool.Get().(*wire)
	defer l.pool.Put(w)
	return w.Conn.Read(p)
}
