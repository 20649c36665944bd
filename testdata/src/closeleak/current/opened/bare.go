package opened

import (
	"errors"
	"net"
	"sync"

	"example.com/closing/internal/link"
)

// A config says what a radio needs.
type config interface {
	Text(name string) (string, error)
	Line() (*link.Line, error)
}

// A Radio has nothing before it is tuned.
type Radio struct {
	mu   *sync.Mutex
	addr string
	l    net.Conn
	open func(addr string) (net.Conn, error)
}

func newRadio(c config, open func(string) (net.Conn, error)) (*Radio, error) {
	addr, err := c.Text("addr")
	if err != nil {
		return nil, err
	}
	return &Radio{mu: new(sync.Mutex), addr: addr, open: open}, nil
}

// Tune connects.
func (r *Radio) Tune() (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.l, err = r.open(r.addr)
	return err
}

// Close disconnects.
func (r *Radio) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.l == nil {
		return nil
	}
	return r.l.Close()
}

// Play is fine: where it fails it has not tuned the radio.
func Play(c config, song string, on func(*Radio), open func(string) (net.Conn, error)) error {
	r, err := newRadio(c, open)
	if err != nil {
		return err
	}
	if song == "" {
		return errors.New("no song")
	}
	on(r)
	return r.Close()
}

// Sing leaks: it has.
func Sing(c config, song string, open func(string) (net.Conn, error)) error {
	r, err := newRadio(c, open) // want `opened.Radio is not closed on every path`
	if err != nil {
		return err
	}
	if err := r.Tune(); err != nil {
		return err
	}
	if song == "" {
		return errors.New("no song")
	}
	return r.Close()
}

// A Player has a line from the beginning.
type Player struct{ line *link.Line }

func newPlayer(c config) (*Player, error) {
	line, err := c.Line()
	if err != nil {
		return nil, err
	}
	return &Player{line}, nil
}

// Close closes it.
func (p *Player) Close() error { return p.line.Close() }

// Pause leaks: there is a line.
func Pause(c config, song string, on func(*Player)) error {
	p, err := newPlayer(c) // want `opened.Player is not closed on every path`
	if err != nil {
		return err
	}
	if song == "" {
		return errors.New("no song")
	}
	on(p)
	return p.Close()
}
