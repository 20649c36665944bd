// Package link has objects that do nothing before they are opened.
package link

import "net"

// A Line has a connection once it is connected.
type Line struct {
	addr string
	conn net.Conn
}

func New(addr string) *Line { return &Line{addr: addr} }

func (l *Line) Connect() error {
	conn, err := net.Dial("tcp", l.addr)
	if err != nil {
		return err
	}
	l.conn = conn
	return nil
}

// Check has closed what it opens when it returns.
func (l *Line) Check() error {
	conn, err := net.Dial("tcp", l.addr)
	if err != nil {
		return err
	}
	l.conn = conn
	return l.conn.Close()
}

func (l *Line) Send(b []byte) error {
	_, err := l.conn.Write(b)
	return err
}

func (l *Line) Close() error { return l.conn.Close() }

// A Pump has a goroutine once it is started.
type Pump struct {
	in   chan int
	done chan struct{}
}

func NewPump() *Pump { return &Pump{make(chan int), make(chan struct{})} }

func (p *Pump) Start() {
	go func() {
		for {
			select {
			case v := <-p.in:
				println(v)
			case <-p.done:
				return
			}
		}
	}()
}

func (p *Pump) Stop() { close(p.done) }

// A Meter is told how much there is.
type Meter struct {
	place Place
	name  string
}

// A Bus knows who listens.
type Bus interface{ Listen(name string) Place }

// A Place is where somebody listens.
type Place interface{ Close() error }

// NewMeter makes a meter that nobody else has.
func NewMeter(bus Bus, name string) *Meter {
	return &Meter{place: bus.Listen(name), name: name}
}

func (m *Meter) Add(n int) { println(m.name, n) }

func (m *Meter) Close() { m.place.Close() }

// Kept makes a meter that others have, too.
func Kept(bus Bus, name string) *Meter {
	m := &Meter{place: bus.Listen(name), name: name}
	meters = append(meters, m)
	return m
}

var meters []*Meter

// Forget drops them.
func Forget() { meters = nil }

// A Reader reads with what it is given.
type Reader struct{ line *Line }

func NewReader(l *Line) *Reader { return &Reader{l} }

func (r *Reader) Read() error { return r.line.Send(nil) }

func (r *Reader) Close() error { return r.line.Close() }

// A Source sends lines until it is closed, or there is none.
type Source struct {
	addr  string
	lines chan *Line
	done  chan struct{}
}

func NewSource(addr string) *Source {
	s := &Source{addr, make(chan *Line), make(chan struct{})}
	go s.run()
	return s
}

func (s *Source) run() {
	for {
		l := New(s.addr)
		if err := l.Connect(); err != nil {
			return
		}
		select {
		case s.lines <- l:
		case <-s.done:
			l.Close()
			return
		}
	}
}

func (s *Source) Next() *Line { return <-s.lines }

func (s *Source) Close() { close(s.done) }

// A Peer is told why it ends.
type Peer struct{ why string }

// EndWith never fails.
func (p *Peer) EndWith(why string) error {
	p.why = why
	return nil
}

// Say fails now and then.
func (p *Peer) Say(text string) error {
	if p.why != "" {
		return net.ErrClosed
	}
	return nil
}
