package nothing

import (
	"io"
	"net"
)

// A frame writes the length of what it got when it is closed.
type frame struct {
	to  io.Writer
	buf []byte
}

func (f *frame) Write(p []byte) (int, error) {
	f.buf = append(f.buf, p...)
	return len(p), nil
}

func (f *frame) Close() error {
	_, err := f.to.Write(append([]byte{byte(len(f.buf))}, f.buf...))
	return err
}

// part returns a writer for a part of a frame.
func (f *frame) part(kind byte) (*frame, error) {
	if _, err := f.Write([]byte{kind}); err != nil {
		return nil, err
	}
	return &frame{to: f}, nil
}

// Fine: a part that is not written to its end has nothing behind it.
func (f *frame) text(s string) error {
	p, err := f.part('t')
	if err != nil {
		return err
	}
	if _, err := io.WriteString(p, s); err != nil {
		return err
	}
	return p.Close()
}

// around returns a writer around one that has an end, too.
func around(w io.WriteCloser) (io.WriteCloser, error) {
	if _, err := w.Write([]byte{0}); err != nil {
		return nil, err
	}
	return &frame{to: w}, nil
}

// Fine: what failed is that of the caller.
func wrapped(w io.WriteCloser, text string) error {
	f, err := around(w)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(f, text); err != nil {
		return err
	}
	return f.Close()
}

// A session reads, too: it is no filter.
type session struct{ net.Conn }

func (s *session) hello() error {
	_, err := s.Write([]byte("hello"))
	return err
}

func start(over net.Conn) (*session, error) {
	s := &session{over}
	return s, s.hello()
}

// greet leaks the connection where the second greeting fails.
func greet(addr string) error {
	conn, err := net.Dial("tcp", addr) // want `connection is not closed on every path`
	if err != nil {
		return err
	}
	s, err := start(conn)
	if err != nil {
		conn.Close()
		return err
	}
	if err := s.hello(); err != nil {
		return err
	}
	return s.Close()
}
