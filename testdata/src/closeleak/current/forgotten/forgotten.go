// Package forgotten has objects whose end leaves something behind.
package forgotten

import (
	"context"
	"io"
	"log"
	"net"

	"example.com/closing/internal/link"
)

// A Meters closes one of two.
type Meters struct {
	in, out *link.Meter
	name    string
}

func NewMeters(bus link.Bus) *Meters {
	return &Meters{
		in:  link.NewMeter(bus, "in"),
		out: link.NewMeter(bus, "out"), // want `link.Meter in field out is never closed \(closeleak/owner-forgets\)`
	}
}

func (m *Meters) Add(n int) { m.in.Add(n); m.out.Add(n) }

func (m *Meters) Close() { m.in.Close() }

// A Shared has one that others have, too.
type Shared struct{ in, out *link.Meter }

func NewShared(bus link.Bus) *Shared {
	return &Shared{in: link.NewMeter(bus, "in"), out: link.Kept(bus, "out")}
}

func (s *Shared) Add(n int) { s.in.Add(n); s.out.Add(n) }

func (s *Shared) Close() { s.in.Close() }

// A Client closes the line of its reader.
type Client struct {
	line   *link.Line
	reader *link.Reader
}

func NewClient(addr string) (*Client, error) {
	l := link.New(addr)
	if err := l.Connect(); err != nil {
		return nil, err
	}
	return &Client{l, link.NewReader(l)}, nil
}

func (c *Client) Read() error { return c.reader.Read() }

func (c *Client) Close() error { return c.line.Close() }

// A Renewed closes the old one, and never the last.
type Renewed struct {
	meter *link.Meter
	line  *link.Line
	bus   link.Bus
}

func NewRenewed(bus link.Bus, addr string) *Renewed {
	return &Renewed{meter: link.NewMeter(bus, addr), line: link.New(addr), bus: bus} // want `link.Meter in field meter is never closed`
}

func (r *Renewed) Renew(name string) {
	r.meter.Close()
	r.meter = link.NewMeter(r.bus, name)
}

func (r *Renewed) Close() error { return r.line.Close() }

// A Queue closes what its source sends, and not the source.
type Queue struct {
	source *link.Source
	line   *link.Line
}

func NewQueue(addr string) *Queue {
	return &Queue{source: link.NewSource(addr), line: link.New(addr)} // want `value with a goroutine behind it in field source is never closed`
}

func (q *Queue) Next() error { return q.source.Next().Close() }

func (q *Queue) Close() error { return q.line.Close() }

// A House has doors, some of them new.
type House interface {
	Front() link.Place
	Open(name string) (link.Place, error)
}

// A Guest closes a line.
type Guest struct {
	front, back link.Place
	line        *link.Line
}

// NewGuest leaks the new one.
func NewGuest(h House, addr string) (*Guest, error) {
	g := &Guest{front: h.Front(), line: link.New(addr)}
	var err error
	g.back, err = h.Open(addr) // want `link.Place in field back is never closed`
	return g, err
}

func (g *Guest) Close() error { return g.line.Close() }

// A Watch never cancels what its goroutine waits for.
type Watch struct {
	cancel context.CancelFunc
	in     chan int
}

func NewWatch() *Watch {
	ctx, cancel := context.WithCancel(context.Background()) // want `cancel function in field cancel is never called; held by its goroutine \(closeleak/cancel-lost\)`
	w := &Watch{cancel, make(chan int)}
	go w.run(ctx)
	return w
}

func (w *Watch) run(ctx context.Context) {
	for {
		select {
		case v := <-w.in:
			println(v)
		case <-ctx.Done():
			return
		}
	}
}

func (w *Watch) Put(v int) { w.in <- v }

func (w *Watch) Close() { println("closed") }

// A Clock is fine: nobody waits.
type Clock struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func NewClock() *Clock {
	ctx, cancel := context.WithCancel(context.Background())
	return &Clock{ctx, cancel}
}

func (c *Clock) Over() bool { return c.ctx.Err() != nil }

func (c *Clock) Close() { println("closed") }

// A Proxy serves connections.
type Proxy struct{ ln net.Listener }

func (p *Proxy) Run() {
	for {
		in, err := p.ln.Accept() // want `connection is not closed on every path; held by the operating system \(closeleak/error-path\)`
		if err != nil {
			return
		}
		go p.serve(in)
	}
}

func (p *Proxy) serve(in net.Conn) {
	out, err := net.Dial("tcp", "localhost:1")
	if err != nil {
		log.Print(err)
		return
	}
	io.Copy(out, in)
	out.Close()
	in.Close()
}

// Echo is fine: what it is told decides.
func Echo(addr string, keep bool) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	end(c, keep)
	return nil
}

func end(c net.Conn, keep bool) {
	if keep {
		return
	}
	c.Close()
}

// Twice is fine: it closes where the other one fails.
func Twice(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	if err := send(c); err != nil {
		c.Close()
		return err
	}
	return nil
}

func send(c net.Conn) error {
	if _, err := c.Write(nil); err != nil {
		return err
	}
	return c.Close()
}
