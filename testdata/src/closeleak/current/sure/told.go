package sure

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
)

// fetch returns nothing if it is told so.
func fetch(req *http.Request, drop bool) (io.ReadCloser, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		defer resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	if drop || resp.StatusCode == 204 {
		resp.Body.Close()
		return nil, nil
	}
	return resp.Body, nil
}

// Fine: there is none where it was told so.
func get(req *http.Request, drop bool) ([]byte, error) {
	body, err := fetch(req, drop)
	if err != nil {
		return nil, err
	}
	if drop || body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// There is one.
func getOther(req *http.Request, drop, other bool) ([]byte, error) {
	body, err := fetch(req, drop) // want `response body is not closed on every path`
	if err != nil {
		return nil, err
	}
	if other || body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// open returns what closes the file beside it.
func open(path string) (r io.ReaderAt, size int64, done func() error, err error) {
	var f *os.File
	f, err = os.Open(path)
	if err != nil {
		return
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, nil, err
	}
	return f, info.Size(), f.Close, nil
}

var opener = open

// Fine: that is called.
func opened(path string) (int64, error) {
	r, n, done, err := opener(path)
	if err != nil {
		return 0, err
	}
	defer done()
	_, err = r.ReadAt(make([]byte, 1), 0)
	return n, err
}

// openNamed returns another function of the file.
func openNamed(path string) (*os.File, func() string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Name, nil
}

func named(path string) (string, error) {
	f, name, err := openNamed(path) // want `file is never closed`
	if err != nil {
		return "", err
	}
	f.Read(nil)
	return name(), nil
}

// A Greeter may put another connection in the place of one.
type Greeter interface {
	Greet(net.Conn) (net.Conn, error)
	Check(net.Conn) error
}

// A session has a connection.
type link struct{ c net.Conn }

func newLink(c net.Conn) (*link, error) {
	if c.RemoteAddr() == nil {
		return nil, errors.New("no address")
	}
	return &link{c}, nil
}

func (l *link) run() {
	defer l.c.Close()
	l.c.Write([]byte("hello"))
}

// Fine: what greets it returns it.
func serve(ln net.Listener, g Greeter) error {
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		greeted, err := g.Greet(c)
		if err != nil {
			c.Close()
			continue
		}
		l, err := newLink(greeted)
		if err != nil {
			c.Close()
			continue
		}
		go l.run()
	}
}

// Who checks it does not.
func checked(ln net.Listener, g Greeter) error {
	for {
		c, err := ln.Accept() // want `connection is not closed on every path`
		if err != nil {
			return err
		}
		if err := g.Check(c); err != nil {
			continue
		}
		c.Write([]byte("hello"))
		c.Close()
	}
}
