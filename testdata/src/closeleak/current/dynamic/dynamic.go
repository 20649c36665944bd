// Package dynamic calls functions that it does not name.
package dynamic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"example.com/closing/dynamic/link"
)

// All that may be behind the interface make a connection.
func hello(d link.Dialer, addr string) error {
	conn, err := d.Dial(addr, nil) // want `connection is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return err
	}
	if _, err := conn.Write([]byte("hello")); err != nil {
		return err
	}
	return conn.Close()
}

// Somebody else has the connection.
func ask(s link.Source) error {
	conn, err := s.Get("a")
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte("hello"))
	return err
}

// An http.Client is one, whoever else is.
type doer interface {
	Do(*http.Request) (*http.Response, error)
}

func status(d doer, req *http.Request) (string, error) {
	resp, err := d.Do(req) // want `response body is never closed; held by the connection to the server`
	if err != nil {
		return "", err
	}
	return resp.Status, nil
}

// The one implementation in sight answers from memory.
type canned struct{}

func (canned) Fetch(*http.Request) (*http.Response, error) {
	return &http.Response{Status: "200 OK"}, nil
}

type fetcher interface {
	Fetch(*http.Request) (*http.Response, error)
}

func cannedStatus(f fetcher, req *http.Request) (string, error) {
	resp, err := f.Fetch(req)
	if err != nil {
		return "", err
	}
	return resp.Status, nil
}

// A function of the type of net.Dialer.DialContext.
func probe(ctx context.Context, dial func(ctx context.Context, network, addr string) (net.Conn, error), addr string) error {
	conn, err := dial(ctx, "tcp", addr) // want `connection is never closed`
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte("hello"))
	return err
}

// The function that the variable holds opens a file.
var create = func(dir string) (*os.File, error) { return os.CreateTemp(dir, "x") }

func note(dir, text string) error {
	f, err := create(dir) // want `file is never closed`
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return err
}

// The function that the field holds gives what somebody has.
type logs struct {
	file *os.File
	open func(dir string) (*os.File, error)
}

func newLogs(f *os.File) *logs {
	l := &logs{file: f}
	l.open = func(string) (*os.File, error) { return l.file, nil }
	return l
}

func (l *logs) write(text string) error {
	f, err := l.open("")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return err
}

// A hijacked connection is the caller's.
func hijack(w http.ResponseWriter) error {
	conn, rw, err := w.(http.Hijacker).Hijack() // want `connection is not closed on every path`
	if err != nil {
		return err
	}
	if _, err := rw.WriteString("hello"); err != nil {
		return err
	}
	return conn.Close()
}

// What is known of a tap says this function itself.
func first(name string) error {
	t, err := link.New(name) // want `link.Tap is not closed on every path`
	if err != nil {
		return err
	}
	if err := t.Next(); err != nil {
		return err
	}
	return t.Close()
}

// Without an error to return, its last way is the one that is meant.
func show(w io.Writer, name string) {
	t, err := link.New(name) // want `link.Tap is not closed on every path`
	if err != nil {
		return
	}
	if err := t.Next(); err != nil {
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, name)
	t.Close()
}

// It closes what is broken, and keeps what is not.
func check(name string) {
	t, err := link.New(name)
	if err != nil {
		return
	}
	if err := t.Next(); err != nil {
		t.Close()
		return
	}
	fmt.Println(name)
}

// The taps know it as well.
func shared(ts *link.Taps, name string) error {
	t, err := ts.Open(name)
	if err != nil {
		return err
	}
	if err := t.Next(); err != nil {
		return err
	}
	return t.Close()
}

// A cursor comes from the store, and who asks for one closes it.
type cursor interface {
	Next() bool
	Close()
	Rows() rows
}

// rows are what is left of a cursor.
type rows interface{ Close() }

type store interface{ All() cursor }

func count(s store) (n int) {
	c := s.All()
	defer c.Close()
	for c.Next() {
		n++
	}
	return n
}

func empty(s store) bool {
	c := s.All()
	defer c.Close()
	return !c.Next()
}

// rest is fine: who gets the rows has what the cursor had.
func rest(s store) rows {
	c := s.All()
	c.Next()
	return c.Rows()
}

func any(s store) error {
	if !s.All().Next() { // want `dynamic.cursor is never closed \(closeleak/never-released\)`
		return errors.New("empty")
	}
	return nil
}

// A clock runs between two calls, and the board keeps it by its name.
type clock interface {
	Start()
	Stop() int
}

type board interface{ Clock(name string) clock }

// Fine: who stops it gets the same again.
func timed(b board, do func()) {
	b.Clock("do").Start()
	do()
	b.Clock("do").Stop()
}

func begin(b board, name string) func() int {
	b.Clock(name).Start()
	return func() int { return b.Clock(name).Stop() }
}

// The error that the second connection comes with is nil where the loop ends.
func either(addrs []string, d link.Dialer) error {
	var conn *link.Tap
	var err error
	for _, addr := range addrs {
		t, e := link.New(addr)
		err = e
		if err == nil {
			conn, err = link.New(addr)
			t.Close()
			break
		}
	}
	if err != nil {
		return err
	}
	return conn.Close()
}

// What is made of a writer is not to be closed for its own sake.
func pack(w io.Writer, lines []string) error {
	p, err := link.NewPacker(w)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := p.Add(line); err != nil {
			return err
		}
	}
	return p.Close()
}

// A Volume keeps files on disk, or in memory.
type Volume interface {
	Make(name string) (io.WriteCloser, error)
	Shared(name string) (io.WriteCloser, error)
}

type disk struct{ all map[string]*os.File }

func (disk) Make(name string) (io.WriteCloser, error) { return os.Create(name) }

func (disk) Shared(name string) (io.WriteCloser, error) { return os.Create(name) }

type memory struct{ all map[string]*page }

type page struct{ text []byte }

func (p *page) Write(b []byte) (int, error) {
	p.text = append(p.text, b...)
	return len(b), nil
}

func (p *page) Close() error { return nil }

func (m memory) Make(string) (io.WriteCloser, error) { return &page{}, nil }

// Shared returns what m has.
func (m memory) Shared(name string) (io.WriteCloser, error) {
	p := &page{}
	m.all[name] = p
	return p, nil
}

// One of the volumes has a file behind what it makes.
func save(v Volume, text string) error {
	w, err := v.Make("a") // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return w.Close()
}

// One of the volumes still has what it returns.
func add(v Volume, text string) error {
	w, err := v.Shared("a")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}
