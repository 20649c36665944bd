package motor

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
)

// A Feed reads lines on a goroutine until it is closed, or there is nothing more to be read.
type Feed struct {
	in   *bufio.Reader
	got  chan string
	quit chan struct{}
}

func NewFeed(in io.Reader) *Feed {
	f := &Feed{in: bufio.NewReader(in), got: make(chan string), quit: make(chan struct{})}
	go f.run()
	return f
}

func (f *Feed) run() {
	for {
		line, err := f.in.ReadString('\n')
		if err != nil {
			return
		}
		select {
		case f.got <- line:
		case <-f.quit:
			return
		}
	}
}

func (f *Feed) Close() error {
	close(f.quit)
	return nil
}

// FeedOf reads what somebody has who ends it.
func FeedOf(conn net.Conn) *Feed {
	f := &Feed{in: bufio.NewReader(conn), got: make(chan string), quit: make(chan struct{})}
	go f.run()
	return f
}

// FeedIf reads if it is told to.
func FeedIf(in io.Reader, now bool) *Feed {
	f := &Feed{in: bufio.NewReader(in), got: make(chan string), quit: make(chan struct{})}
	if now {
		go f.run()
	}
	return f
}

// FewLines reads some lines.
func FewLines(in io.Reader, n int) *Feed {
	f := &Feed{in: bufio.NewReader(in), got: make(chan string, n), quit: make(chan struct{})}
	go func() {
		for range n {
			line, _ := f.in.ReadString('\n')
			f.got <- line
		}
	}()
	return f
}

// An Exchange connects people, in a way of its user's choice.
type Exchange struct {
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// A Wire is a connection in use.
type Wire struct{ conn net.Conn }

func (w *Wire) Close() error { return w.conn.Close() }

func wire(conn net.Conn) *Wire { return &Wire{conn: conn} }

func noWire(text string) (*Wire, error) { return nil, errors.New(text) }

// Connect tells a trace of the connection, and sends a request on it.
func (x *Exchange) Connect(ctx context.Context, addr string, req *http.Request) (*Wire, error) {
	if addr == "" {
		return noWire("no address")
	}
	dial := x.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: conn})
	}
	if err := req.Write(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return wire(conn), nil
}

// A Gate lets connections through.
type Gate interface {
	Dial(network, addr string) (net.Conn, error)
}

// Through goes through a gate of which nothing is known.
func Through(g Gate, addr string) (*Wire, error) {
	conn, err := g.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return wire(conn), nil
}

// A Peeker looks at what a feed has, and ends with it.
type Peeker struct{ feed *Feed }

func NewPeeker(f *Feed) *Peeker { return &Peeker{feed: f} }

func (p *Peeker) Peek() string { return <-p.feed.got }

func (p *Peeker) Close() error { return p.feed.Close() }

// Lines returns a reader of what is left.
func (f *Feed) Lines() io.ReadCloser { return f.lines(true) }

func (f *Feed) lines(left bool) io.ReadCloser {
	if !left {
		return io.NopCloser(f.in)
	}
	return &rest{f}
}

type rest struct{ *Feed }

func (r *rest) Read(b []byte) (int, error) { return r.in.Read(b) }

// OpenFeed starts a feed by a method that may fail.
func OpenFeed(in io.Reader) (f *Feed, err error) {
	f = &Feed{got: make(chan string), quit: make(chan struct{})}
	if err = f.start(in); err != nil {
		return
	}
	f.got <- ""
	return
}

func (f *Feed) start(in io.Reader) (err error) {
	f.in = bufio.NewReader(in)
	if _, err = f.in.Peek(1); err != nil {
		return
	}
	go f.run()
	return
}
