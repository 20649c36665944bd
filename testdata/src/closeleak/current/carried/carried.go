// Package carried returns several results in one.
package carried

import (
	"io"
	"net"
	"os"

	"example.com/closing/internal/pump"
)

// A reply only takes results to the caller.
type reply struct {
	conn net.Conn
	size int
}

func dial(addr string) (*reply, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &reply{conn, 8}, nil
}

func ask(addr string) (int, error) {
	r, err := dial(addr) // want `connection is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return 0, err
	}
	if _, err := r.conn.Write([]byte("a")); err != nil {
		return 0, err
	}
	return r.size, r.conn.Close()
}

func askWell(addr string) (int, error) {
	r, err := dial(addr)
	if err != nil {
		return 0, err
	}
	defer r.conn.Close()
	_, err = r.conn.Write([]byte("a"))
	return r.size, err
}

// take is fine: its caller gets the connection.
func take(addr string) (net.Conn, error) {
	r, err := dial(addr)
	if err != nil {
		return nil, err
	}
	return r.conn, nil
}

// A page has a file that nobody takes from it.
type page struct {
	f    *os.File
	text []byte
}

func open(name string) (*page, error) {
	f, err := os.Open(name) // want `file in field f is never closed; held by the operating system \(closeleak/owner-forgets\)`
	if err != nil {
		return nil, err
	}
	return &page{f: f}, nil
}

func read(name string) ([]byte, error) {
	p, err := open(name)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(p.f)
}

// A part has a file that it was given, or one of its own.
type part struct{ f *os.File }

func partOf(name string, f *os.File) (part, error) {
	p := part{f}
	if f == nil {
		g, err := os.Open(name)
		if err != nil {
			return part{}, err
		}
		p.f = g
	}
	return p, nil
}

func (p part) done() { p.f.Close() }

func size(name string, f *os.File) (int64, error) {
	p, err := partOf(name, f)
	if err != nil {
		return 0, err
	}
	info, err := p.f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// metered is fine: what is behind the meter is a matter of its methods.
func metered(name string, b []byte) error {
	m, err := pump.OpenMeter(name)
	if err != nil {
		return err
	}
	return m.Read(b)
}
