// Package giveup ends the life of objects that have several parts.
package giveup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

var errClosed = errors.New("closed")

// A Buffer is closed without fail, the first time.
type Buffer struct {
	closed bool
	f      *os.File
}

func (b *Buffer) Close() error {
	if b.closed {
		return errClosed
	}
	b.closed = true
	return nil
}

// A Sink writes what it still has.
type Sink struct {
	w *bufio.Writer
	n int
}

func (s *Sink) Close() error {
	if s.n == 0 {
		return errors.New("empty")
	}
	return s.w.Flush()
}

// Quiet is fine: what ends first does not fail.
type Quiet struct {
	b *Buffer
	f *os.File
}

func (q *Quiet) Close() error {
	if err := q.b.Close(); err != nil {
		return fmt.Errorf("buffer: %w", err)
	}
	return q.f.Close()
}

// Loud leaves the file open when it cannot write.
type Loud struct {
	s *Sink
	f *os.File
}

func (l *Loud) Close() error {
	if err := l.s.Close(); err != nil {
		return fmt.Errorf("sink: %w", err) // want `Close gives up at the first error and leaves f behind`
	}
	return l.f.Close()
}

// Outer is fine: what Quiet closes first does not fail, nor does Half.
type Outer struct {
	h *Half
	f *os.File
}

type Half struct{ b *Buffer }

func (h *Half) Close() error {
	if err := h.b.Close(); err != nil {
		return fmt.Errorf("half: %w", err)
	}
	return nil
}

func (o *Outer) Close() error {
	if err := o.h.Close(); err != nil {
		return err
	}
	return o.f.Close()
}

// Bare is fine: a descriptor of one's own is closed without fail.
type Bare struct {
	fd desc
	f  *os.File
}

type desc int

func (d desc) Close() error { return syscall.Close(int(d)) }

func (b *Bare) Close() error {
	if err := b.fd.Close(); err != nil {
		return err
	}
	return b.f.Close()
}

// Socket is fine, as one that listens is closed.
type Socket struct {
	ln *net.TCPListener
	f  *os.File
}

func (s *Socket) Close() error {
	if err := s.ln.Close(); err != nil {
		return err
	}
	return s.f.Close()
}

type closer interface{ Close() error }

// Chosen is fine: all that it may have is closed without fail.
type Chosen struct {
	first closer
	f     *os.File
}

func NewChosen(f *os.File, half bool) *Chosen {
	c := &Chosen{f: f}
	if half {
		c.first = &Half{new(Buffer)}
	} else {
		c.first = &Buffer{}
	}
	return c
}

func (c *Chosen) Close() error {
	if err := c.first.Close(); err != nil {
		return err
	}
	return c.f.Close()
}

// Given may have anything.
type Given struct {
	first closer
	f     *os.File
}

func NewGiven(f *os.File, first closer) *Given { return &Given{first, f} }

func (g *Given) Close() error {
	if err := g.first.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves f behind`
	}
	return g.f.Close()
}

// Twice is fine: it knows that it may be called again.
type Twice struct {
	first closer
	f     *os.File
}

func NewTwice(f *os.File, first closer) *Twice { return &Twice{first, f} }

func (t *Twice) Close() error {
	if err := t.first.Close(); err != nil {
		if errors.Is(err, os.ErrClosed) {
			return nil
		}
		return fmt.Errorf("first: %w", err)
	}
	return t.f.Close()
}

// A Table writes rows, and what ends it.
type Table struct{ w *bufio.Writer }

func NewTable(w io.Writer) *Table { return &Table{bufio.NewWriter(w)} }

func (t *Table) Close() error {
	t.w.WriteString("end")
	return t.w.Flush()
}

// Sorted is fine: what could not be read is not ended as if it could.
type Sorted struct {
	in  closer
	out *Table
}

func NewSorted(in closer, w io.Writer) *Sorted { return &Sorted{in, NewTable(w)} }

func (s *Sorted) Close() error {
	if err := s.in.Close(); err != nil {
		return err
	}
	return s.out.Close()
}

// Merged may have got a table whose file goes with it.
type Merged struct {
	in  closer
	out closer
}

func NewMerged(in closer, w io.Writer, out closer) *Merged {
	if out == nil {
		return &Merged{in, NewTable(w)}
	}
	return &Merged{in, out}
}

func (m *Merged) Close() error {
	if err := m.in.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves out behind`
	}
	return m.out.Close()
}
