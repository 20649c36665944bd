// Package paths acquires, and gives back on some ways.
package paths

import (
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"os/exec"
	"runtime/cgo"

	"example.com/closing/internal/pump"
)

var errShort = errors.New("short")

func never(path string) (int64, error) {
	f, err := os.Open(path) // want `file is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// What is an error of some type is one.
func accepting(ln net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := ln.Accept()
		if failed, ok := err.(net.Error); ok && failed.Timeout() {
			continue
		}
		if err != nil {
			return err
		}
		go serve(conn)
	}
}

func closed(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// The result is not even looked at.
func dropped(path string) {
	_, _ = os.Create(path) // want `file is never closed`
}

// A goroutine is behind the value, and a method that ends it.
func goroutine() error {
	p := pump.Start() // want `value with a goroutine behind it is never stopped; held by its goroutine \(closeleak/never-released\)`
	return p.Use()
}

func canceled(f func()) {
	pump.Work(f) // want `value with a goroutine behind it is never closed`
}

// What ends by itself, keeps nothing or is kept by somebody else owes nothing.
func nothing(s *pump.Store) error {
	pump.NewNote("done")
	_, err := s.Open("log")
	return err
}

// The function that is returned ends it.
func begun(f func()) {
	pump.Begin() // want `function that gives back a goroutine is never called`
	f()
}

func beginning(f func()) {
	end := pump.Begin()
	defer end()
	f()
}

// The log is the module's own.
func early(name string, head []byte) (*pump.Log, error) {
	l, err := pump.Open(name) // want `value with a file behind it is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return nil, err
	}
	if _, err := l.Write(head); err != nil {
		return nil, err
	}
	return l, nil
}

func undone(name string, head []byte) (*pump.Log, error) {
	l, err := pump.Open(name)
	if err != nil {
		return nil, err
	}
	if _, err := l.Write(head); err != nil {
		pump.End(l)
		return nil, err
	}
	return l, nil
}

type pair struct{ in, out *os.File }

// The object is given up half built.
func half(in, out string) (*pair, error) {
	p := new(pair)
	var err error
	if p.in, err = os.Open(in); err != nil { // want `file is not closed on every path`
		return nil, err
	}
	if p.out, err = os.Create(out); err != nil {
		return nil, err
	}
	return p, nil
}

func whole(in, out string) (*pair, error) {
	p := new(pair)
	var err error
	if p.in, err = os.Open(in); err != nil {
		return nil, err
	}
	if p.out, err = os.Create(out); err != nil {
		p.in.Close()
		return nil, err
	}
	return p, nil
}

// The literal looks at a variable that the return statement does not set.
func shadowed(path string) (*os.File, error) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if _, err := f.Stat(); err != nil {
		return nil, err
	}
	return f, nil
}

// The result is named: return sets it.
func named(path string) (f *os.File, err error) {
	f, err = os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if _, err := f.Stat(); err != nil {
		return nil, err
	}
	return f, nil
}

// It closes after an error only.
func failing(path string) (err error) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	_, err = f.Stat()
	return err
}

// The error says that there is no file, in any of these ways.
func missing(path string) (*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err == errShort:
		return nil, errShort
	case err != nil:
		return nil, fmt.Errorf("open: %w", err)
	}
	return f, nil
}

// One of the two is there, and closed.
func either(a, b string) error {
	f, err := os.Open(a)
	if err != nil {
		f, err = os.Open(b)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return nil
}

// A flag says whether the file is the function's own.
func own(f *os.File, path string) error {
	opened := false
	if f == nil {
		var err error
		if f, err = os.Open(path); err != nil {
			return err
		}
		opened = true
	}
	_, err := f.Stat()
	if opened {
		f.Close()
	}
	return err
}

// The other function does not take the file over: it is closed behind it.
func lent(path string, read func(io.Reader) error) error {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	if err := read(f); err != nil {
		return err
	}
	return f.Close()
}

// The other function takes it over, if it does not fail.
func given(addr string, serve func(net.Conn) error) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	if err := serve(c); err != nil {
		c.Close()
		return err
	}
	return nil
}

// What the variable holds may be something else by then.
func wrapped(addr string, wrap func(net.Conn) (net.Conn, error), ok bool) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if ok {
		w, err := wrap(c)
		if err != nil {
			c.Close()
			return nil, err
		}
		c = w
	}
	if _, err := c.Write([]byte("helo")); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// All but the last are lost.
func last(paths []string) *os.File {
	var f *os.File
	for _, p := range paths {
		f, _ = os.Open(p) // want `file is overwritten before being closed; held by the operating system \(closeleak/overwritten\)`
	}
	return f
}

// All are kept.
func all(paths []string) (files []*os.File) {
	for _, p := range paths {
		if f, err := os.Open(p); err == nil {
			files = append(files, f)
		}
	}
	return files
}

func skipped(paths []string, want func(string) bool) {
	for _, p := range paths {
		f, err := os.Open(p) // want `file is not closed on every path`
		if err != nil {
			continue
		}
		if !want(f.Name()) {
			continue
		}
		f.Close()
	}
}

// Rows are closed when there are no more.
func rows(db *sql.DB) (n int, err error) {
	rs, err := db.Query("select 1") // want `rows are not closed on every path`
	if err != nil {
		return 0, err
	}
	for rs.Next() {
		if err := rs.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rs.Err()
}

func allRows(db *sql.DB, row func(*sql.Rows)) error {
	rs, err := db.Query("select 1")
	if err != nil {
		return err
	}
	for rs.Next() {
		row(rs)
	}
	return rs.Err()
}

func transaction(db *sql.DB) error {
	tx, err := db.Begin() // want `transaction is not rolled back or committed on every path`
	if err != nil {
		return err
	}
	if _, err := tx.Exec("delete from t"); err != nil {
		return err
	}
	return tx.Commit()
}

func first(seq iter.Seq[int]) int {
	next, _ := iter.Pull(seq) // want `stop function of the iterator is never called; held by its goroutine \(closeleak/never-released\)`
	n, _ := next()
	return n
}

func handle(v any, f func(uintptr)) {
	f(uintptr(cgo.NewHandle(v))) // want `handle is never deleted; held by the table of handles \(closeleak/never-released\)`
}

func run(name string) error {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil { // want `process is not waited for on every path`
		return err
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		return err
	}
	return cmd.Wait()
}

// The listener is served until it fails.
func serve(addr string, conn func(net.Conn)) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		go conn(c)
	}
}

// The goroutine has it.
func taken(path string, read func(io.Reader)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	go func() {
		defer f.Close()
		read(f)
	}()
	return nil
}

// The goroutine may give it back, and the function does.
func watched(addr string, stop <-chan struct{}, use func(net.Conn)) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-stop:
			c.Close()
		case <-done:
		}
	}()
	use(c)
	return nil
}

// The deferred call gets the address of the error, and looks at it in the end.
func again(path string) (err error) {
	f, err := os.Open(path)
	if err != nil && errors.Is(err, os.ErrNotExist) {
		f, err = os.Create(path)
	}
	if err != nil {
		return err
	}
	defer closing(f, &err)
	_, err = f.WriteString("again")
	return err
}

func closing(c io.Closer, err *error) {
	if e := c.Close(); *err == nil {
		*err = e
	}
}

// Nothing had failed where the pump was started.
func oneOf(paths []string) error {
	var p *pump.Pump
	var err error
	for _, path := range paths {
		_, e := os.Stat(path)
		err = e
		if err == nil {
			p = pump.Start()
			break
		}
	}
	if err != nil {
		return err
	}
	if p != nil {
		p.Stop()
	}
	return nil
}

// A wrapper closes it, through an interface.
type limited struct {
	io.Reader
	io.Closer
}

func limit(r io.ReadCloser, n int64) io.ReadCloser {
	if n < 0 {
		return r
	}
	return &limited{io.LimitReader(r, n), r}
}

func head(path string, n int64, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	r := limit(f, n)
	_, err = io.Copy(w, r)
	if e := r.Close(); err == nil {
		err = e
	}
	return err
}

func headShort(path string, n int64, w io.Writer) error {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	r := limit(f, n)
	if _, err = io.Copy(w, r); err != nil {
		return err
	}
	return r.Close()
}

// The connection that is encrypted is the same.
func upgrade(addr string, config *tls.Config) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	if config != nil {
		conn = tls.Client(conn, config)
	}
	if _, err := conn.Write(nil); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

func upgradeShort(addr string, config *tls.Config) error {
	conn, err := net.Dial("tcp", addr) // want `connection is not closed on every path`
	if err != nil {
		return err
	}
	c := tls.Client(conn, config)
	if err := c.Handshake(); err != nil {
		return err
	}
	return c.Close()
}

// What keeps the file is made by another function, and closes it.
type recording struct {
	f    *os.File
	size int64
}

func (r *recording) Close() error { return r.f.Close() }

func recorded(f *os.File) (*recording, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &recording{f, st.Size()}, nil
}

func openRecording(path string) (*recording, error) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return nil, err
	}
	return recorded(f)
}

func length(path string) (int64, error) {
	r, err := openRecording(path) // want `value with a file behind it is not closed on every path`
	if err != nil {
		return 0, err
	}
	if r.size < 0 {
		return 0, errShort
	}
	n := r.size
	return n, r.Close()
}

// Nothing is behind a page but memory.
type page struct{ lines []string }

func (p *page) add(line string) error {
	if line == "" {
		return errShort
	}
	p.lines = append(p.lines, line)
	return nil
}

func (p *page) Close() error { return p.add("end") }

func newPage() *page { return &page{} }

func print(lines []string) error {
	p := newPage()
	for _, line := range lines {
		if err := p.add(line); err != nil {
			return err
		}
	}
	return p.Close()
}
