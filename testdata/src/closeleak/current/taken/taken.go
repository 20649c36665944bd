// Package taken has functions that take over what they get, and what says that they do.
package taken

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

var errShort = errors.New("short")

// A Line is a connection that has said hello.
type Line struct {
	conn  net.Conn
	hello string
}

// Close closes the connection.
func (l *Line) Close() error { return l.conn.Close() }

// Greet leaks the connection that said something else.
func Greet(conn net.Conn) (*Line, error) {
	hello := make([]byte, 4)
	if _, err := io.ReadFull(conn, hello); err != nil {
		conn.Close()
		return nil, err
	}
	if hello[0] == 0 {
		return nil, errShort // want `net.Conn that the function takes over is not closed here \(closeleak/error-path\)`
	}
	return &Line{conn, string(hello)}, nil
}

// Call is fine: the function that is called has the connection.
func Call(addr string) (*Line, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return Greet(conn)
}

// ask closes the connection where it fails to write.
func ask(conn net.Conn, text string) (*Line, error) {
	if _, err := io.WriteString(conn, text); err != nil {
		conn.Close()
		return nil, err
	}
	if text == "" {
		return nil, errShort // fine: the caller closes it
	}
	return &Line{conn, text}, nil
}

// Ask is fine.
func Ask(addr, text string) (*Line, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	l, err := ask(conn, text)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// Status leaks the body of a response that is not what was asked for.
func Status(want int) func(*http.Response, error) (*http.Response, error) {
	return func(resp *http.Response, err error) (*http.Response, error) {
		if err != nil {
			if resp != nil {
				resp.Body.Close()
			}
			return nil, err
		}
		if resp.StatusCode == want {
			return resp, nil
		}
		return nil, fmt.Errorf("status %s", resp.Status) // want `response body that the function takes over is not closed here`
	}
}

// Code is fine: where there is an error there is no response.
func Code(want int) func(*http.Response, error) (*http.Response, error) {
	return func(resp *http.Response, err error) (*http.Response, error) {
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == want {
			return resp, nil
		}
		defer resp.Body.Close()
		return nil, fmt.Errorf("status %s", resp.Status)
	}
}

// A Source gives texts.
type Source interface {
	Next() string
	Close() error
}

type feed struct {
	from Source
	last string
}

// A Mixer has sources until it is closed.
type Mixer struct {
	open  bool
	feeds []*feed
	extra io.Closer
}

// Add leaks the source when the mixer is closed.
func (m *Mixer) Add(s Source) {
	if !m.open {
		return // want `taken.Source that the function takes over is not closed here`
	}
	m.feeds = append(m.feeds, &feed{from: s})
}

// Extra is fine: there is one already.
func (m *Mixer) Extra(c io.Closer) {
	if m.extra == c {
		return
	}
	m.extra = c
}

// Try is fine: it says whether it takes the source.
func (m *Mixer) Try(s Source) bool {
	if !m.open {
		return false
	}
	m.feeds = append(m.feeds, &feed{from: s})
	return true
}

// Close closes the sources.
func (m *Mixer) Close() {
	m.open = false
	for _, f := range m.feeds {
		f.from.Close()
	}
	m.extra.Close()
}

// A Talk is what a line is used for.
type Talk interface {
	Say(text string) error
	Close() error
}

type talk struct{ l *Line }

func (t *talk) Say(text string) error { _, err := io.WriteString(t.l.conn, text); return err }
func (t *talk) Close() error          { return t.l.Close() }

func check(l *Line) error {
	if l.hello == "" {
		return errShort
	}
	return nil
}

func newTalk(c net.Conn) (Talk, error) {
	l := &Line{conn: c}
	if err := check(l); err != nil {
		return nil, err
	}
	return &talk{l}, nil
}

// Begin leaks the line where there is no talk.
func Begin(addr string) (Talk, error) {
	conn, err := net.Dial("tcp", addr) // want `connection is not closed on every path`
	if err != nil {
		return nil, err
	}
	return newTalk(conn)
}

// Start is fine.
func Start(addr string) (Talk, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	t, err := newTalk(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return t, nil
}

// A Disk opens folders: what is behind them is not known here.
type Disk interface {
	Folder(name string) (io.Closer, error)
	Make(name string) (io.ReadCloser, error)
	Check(name string) error
}

// A Store has a folder.
type Store struct {
	folder io.Closer
}

// Open leaks the folder, which Close closes.
func Open(d Disk, name string) (*Store, error) {
	s := &Store{}
	var err error
	s.folder, err = d.Folder(name) // want `io.Closer is not closed on every path`
	if err != nil {
		return nil, err
	}
	if err := d.Check(name); err != nil {
		return nil, err
	}
	return s, nil
}

// Reopen is fine.
func Reopen(d Disk, name string) (_ *Store, err error) {
	s := &Store{}
	s.folder, err = d.Folder(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := d.Check(name); err != nil {
		return nil, err
	}
	return s, nil
}

// Close closes the folder.
func (s *Store) Close() error { return s.folder.Close() }

func get(d Disk, name string) (io.ReadCloser, error) {
	r, err := d.Make(name) // want `io.ReadCloser is not closed on every path`
	if err != nil {
		return nil, err
	}
	if err := d.Check(name); err != nil {
		return nil, fmt.Errorf("%v: %w", r, err)
	}
	return r, nil
}

// Get closes what get returns.
func Get(d Disk, name string) ([]byte, error) {
	r, err := get(d, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Print leaks where it makes a text of the file for an error.
func Print(name string) error {
	f, err := os.Open(name) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	if _, err := f.Stat(); err != nil {
		return fmt.Errorf("%v: %w", f, err)
	}
	return f.Close()
}

// Handle leaks the file: the server closes the body that it has made.
func Handle(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open("body") // want `file is never closed`
		if err != nil {
			return
		}
		r.Body = f
		next.ServeHTTP(w, r)
	})
}

// Send is fine: the client closes the body.
func Send(c *http.Client, r *http.Request) (*http.Response, error) {
	f, err := os.Open("body")
	if err != nil {
		return nil, err
	}
	r.Body = f
	return c.Do(r)
}

// gauge has nothing that ends it.
type gauge struct {
	log *os.File
	n   int
}

func newGauge(name string) (*gauge, error) {
	f, err := os.Create(name) // want `file in field log is never closed`
	if err != nil {
		return nil, err
	}
	return &gauge{log: f}, nil
}

func (g *gauge) add(n int) { g.n += n; fmt.Fprintln(g.log, n) }

// Count leaks the log of a gauge that it drops.
func Count(name string) (int, error) {
	g, err := newGauge(name)
	if err != nil {
		return 0, err
	}
	g.add(1)
	return g.n, nil
}

// Probe leaks what it asks for and does not look at.
func Probe(d Disk, name string) error {
	_, err := d.Make(name) // want `io.ReadCloser is never closed`
	if err != nil {
		return err
	}
	return d.Check(name)
}

// A Modem is nothing before it is connected.
type Modem interface {
	Connect() error
	Disconnect() error
}

// A Rack has modems.
type Rack interface {
	Modem() (Modem, error)
	Check() error
}

// A Phone has a modem.
type Phone struct{ modem Modem }

// NewPhone is fine: nothing is behind the modem yet.
func NewPhone(r Rack) (*Phone, error) {
	p := &Phone{}
	var err error
	p.modem, err = r.Modem()
	if err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	return p, nil
}

// Dial connects the modem.
func (p *Phone) Dial() error { return p.modem.Connect() }

// Close disconnects it.
func (p *Phone) Close() error { return p.modem.Disconnect() }
