// Package renewed has objects that put something new in the place of what they have to give back.
package renewed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"example.com/closing/internal/pump"
)

// A Segment goes on in another file when it is full.
type Segment struct {
	dir  string
	n    int
	left int64
	max  int64
	w    *bufio.Writer
	out  *os.File
}

// Append uses the file whether it is full or not.
func (s *Segment) Append(p []byte) error {
	if s.left+int64(len(p)) > s.max {
		if err := s.next(); err != nil {
			return err
		}
	}
	s.left += int64(len(p))
	_, err := s.out.Write(p)
	return err
}

// next leaks the full one.
func (s *Segment) next() error {
	s.n++
	f, err := os.Create(fmt.Sprint(s.dir, s.n)) // want `file overwrites another in field out that is not closed; held by the operating system \(closeleak/overwritten\)`
	if err != nil {
		return err
	}
	s.out, s.w, s.left = f, bufio.NewWriter(f), 0
	return nil
}

func (s *Segment) Close() error { return s.out.Close() }

// A Daily is renewed when its time is over.
type Daily struct {
	until time.Time
	out   *os.File
}

// Append leaks the file of the day before.
func (d *Daily) Append(p []byte) (err error) {
	if now := time.Now(); now.After(d.until) {
		d.until = now.Add(24 * time.Hour)
		if d.out, err = os.Create(now.Format(time.DateOnly)); err != nil { // want `file overwrites another in field out that is not closed`
			return err
		}
	}
	_, err = d.out.Write(p)
	return err
}

func (d *Daily) Stop() error { return d.out.Close() }

// A Lazy opens its file when the first byte comes.
type Lazy struct {
	path  string
	ready bool
	size  int
	out   *os.File
}

// Append is fine: the flag says whether there is one.
func (l *Lazy) Append(p []byte) (err error) {
	if !l.ready {
		if l.out, err = os.Create(l.path); err != nil {
			return err
		}
		l.ready = true
	}
	_, err = l.out.Write(p)
	return err
}

// Extend is fine: an empty one has no file yet.
func (l *Lazy) Extend(p []byte) (err error) {
	if l.size <= 0 {
		if l.out, err = os.Create(l.path); err != nil {
			return err
		}
	}
	l.size += len(p)
	_, err = l.out.Write(p)
	return err
}

func (l *Lazy) Close() error { return l.out.Close() }

// A Retried tries a few times to open its file.
type Retried struct{ out *os.File }

// Append is fine: it goes on with the first that opens.
func (r *Retried) Append(p []byte) (err error) {
	for i := 0; i < 3; i++ {
		if r.out, err = os.Create("out"); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	_, err = r.out.Write(p)
	return err
}

func (r *Retried) Close() error { return r.out.Close() }

// A Peer is connected again when it does not answer.
type Peer struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

// Ask leaks what did not answer.
func (p *Peer) Ask(q string) (string, error) {
	if p.conn != nil {
		if _, err := io.WriteString(p.conn, q); err == nil {
			return p.in.ReadString('\n')
		}
	}
	c, err := net.Dial("tcp", p.addr) // want `connection overwrites another in field conn that is not closed`
	if err != nil {
		return "", err
	}
	p.conn, p.in = c, bufio.NewReader(c)
	return p.in.ReadString('\n')
}

func (p *Peer) Close() error { return p.conn.Close() }

// A Reader goes through files, one behind the other.
type Reader struct {
	names []string
	cur   *os.File
}

// Read is fine: what has ended is known by its error, and closed by who has it.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.cur.Read(p)
	if errors.Is(err, os.ErrClosed) {
		r.cur, err = os.Open(r.names[0])
	}
	return n, err
}

func (r *Reader) Close() error { return r.cur.Close() }

// A Session is asked whether it lives.
type Session struct{ conn *sessionConn }

type sessionConn struct {
	net.Conn
	over bool
}

func (c *sessionConn) Over() bool { return c.over }

func dialSession() (*sessionConn, error) {
	c, err := net.Dial("tcp", "localhost:1")
	if err != nil {
		return nil, err
	}
	return &sessionConn{Conn: c}, nil
}

// Do is fine: the old one is over.
func (s *Session) Do(p []byte) (err error) {
	if s.conn.Over() {
		if s.conn, err = dialSession(); err != nil {
			return err
		}
	}
	_, err = s.conn.Write(p)
	return err
}

func (s *Session) Close() error { return s.conn.Close() }

// A Swapped closes the old one by another name.
type Swapped struct{ conn net.Conn }

// Do is fine.
func (s *Swapped) Do(p []byte) error {
	if _, err := s.conn.Write(p); err == nil {
		return nil
	}
	c, err := net.Dial("tcp", "localhost:1")
	if err != nil {
		return err
	}
	old := s.conn
	s.conn = c
	return old.Close()
}

func (s *Swapped) Close() error { return s.conn.Close() }

// A Kept has all that it ever had.
type Kept struct {
	conn net.Conn
	all  []net.Conn
}

// Do is fine: the old one goes into a list.
func (k *Kept) Do(p []byte) (err error) {
	if _, err := k.conn.Write(p); err == nil {
		return nil
	}
	k.all = append(k.all, k.conn)
	k.conn, err = net.Dial("tcp", "localhost:1")
	return err
}

func (k *Kept) Close() {
	k.conn.Close()
	for _, c := range k.all {
		c.Close()
	}
}

// A Read closes its connection where it has read all.
type Read struct{ conn net.Conn }

// Run is fine: each connection is closed by who reads from it.
func (r *Read) Run() {
	for {
		if err := r.dial(); err != nil {
			return
		}
		r.drain()
	}
}

func (r *Read) dial() (err error) {
	r.conn, err = net.Dial("tcp", "localhost:1")
	return err
}

func (r *Read) drain() {
	defer r.conn.Close()
	io.Copy(io.Discard, r.conn)
}

func (r *Read) Close() error { return r.conn.Close() }

// A Feed dials for ever.
type Feed struct{ conn net.Conn }

// Run leaks each connection but the last.
func (f *Feed) Run() {
	for {
		if err := f.dial(); err != nil {
			time.Sleep(time.Second)
			continue
		}
		io.Copy(io.Discard, f.conn)
	}
}

func (f *Feed) dial() (err error) {
	f.conn, err = net.Dial("tcp", "localhost:1") // want `connection overwrites another in field conn that is not closed`
	return err
}

func (f *Feed) Close() error { return f.conn.Close() }

// A Trial dials until it gets one.
type Trial struct{ conn net.Conn }

// Run is fine: it goes on only where there is none.
func (t *Trial) Run() error {
	for {
		if err := t.dial(); err != nil {
			time.Sleep(time.Second)
			continue
		}
		_, err := io.Copy(io.Discard, t.conn)
		return err
	}
}

func (t *Trial) dial() (err error) {
	t.conn, err = net.Dial("tcp", "localhost:1")
	return err
}

func (t *Trial) Close() error { return t.conn.Close() }

// A Machine starts and stops.
type Machine struct {
	base   context.Context
	cancel context.CancelFunc
	pump   *pump.Pump
}

// Start is fine: who calls it twice has to stop it between.
func (m *Machine) Start() {
	_, m.cancel = context.WithCancel(m.base)
	m.pump = pump.Start()
}

func (m *Machine) Stop() {
	m.cancel()
	m.pump.Stop()
}

// Restart is fine.
func (m *Machine) Restart() {
	m.Stop()
	m.Start()
}

// Stages is fine: each has an object of its own.
func Stages(addrs []string) {
	for _, addr := range addrs {
		p := &Peer{addr: addr}
		p.connect()
		p.Close()
	}
}

func (p *Peer) connect() error {
	c, err := net.Dial("tcp", p.addr)
	p.conn = c
	return err
}

// A Turn gives each round a context of its own.
type Turn struct {
	base   context.Context
	cancel context.CancelFunc
}

// Run leaks the contexts of all rounds but the last.
func (t *Turn) Run(rounds <-chan func(context.Context)) {
	for round := range rounds {
		var ctx context.Context
		ctx, t.cancel = context.WithCancel(t.base) // want `cancel function overwrites another in field cancel that is not called`
		round(ctx)
	}
}

func (t *Turn) Stop() { t.cancel() }

// A Checked gives back the new one where it is of no use.
type Checked struct{ conn net.Conn }

// Do leaks the old one, and closes the new one where that fails.
func (c *Checked) Do(p []byte) (err error) {
	if _, err := c.conn.Write(p); err == nil {
		return nil
	}
	c.conn, err = net.Dial("tcp", "localhost:1") // want `connection overwrites another in field conn that is not closed`
	if err != nil {
		return err
	}
	if _, err := c.conn.Write(p); err != nil {
		c.conn.Close()
		return err
	}
	return nil
}

func (c *Checked) Close() error { return c.conn.Close() }

// A Chosen dials in the way that it was told.
type Chosen struct {
	network string
	plain   bool
	id      string
	conn    net.Conn
}

// Do leaks the old one, whichever way the new one is dialed.
func (c *Chosen) Do(p []byte) error {
	if _, err := c.conn.Write(p); err == nil {
		return nil
	}
	return c.dial()
}

func (c *Chosen) dial() (err error) {
	if c.plain || c.network == "tcp4" {
		c.conn, err = net.Dial("tcp", "localhost:1") // want `connection overwrites another in field conn that is not closed`
	}
	return err
}

// Named is fine: who has no name yet has no connection.
func (c *Chosen) Named(p []byte) (err error) {
	if c.id == "" {
		if c.conn, err = net.Dial("tcp", "localhost:2"); err != nil {
			return err
		}
		c.id = c.conn.LocalAddr().String()
	}
	_, err = c.conn.Write(p)
	return err
}

func (c *Chosen) Close() error { return c.conn.Close() }
