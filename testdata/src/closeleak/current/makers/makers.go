// Package makers drops objects whose makers do a part of their work elsewhere.
package makers

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"example.com/closing/internal/motor"
)

func Goroutines() {
	motor.NewWide()               // want `value with a goroutine behind it is never closed; held by its goroutine \(closeleak/never-released\)`
	motor.NewQuitter()            // want `value with a goroutine behind it is never closed`
	motor.NewHooked()             // want `value with a goroutine behind it is never closed`
	motor.NewGuarded(time.Second) // want `value with a goroutine behind it is never closed`
	motor.NewGrouped()            // want `value with a goroutine behind it is never closed`
	motor.NewFlagged()            // want `value with a goroutine behind it is never closed`
	motor.NewCounted()            // want `value with a goroutine behind it is never closed`
	motor.NewBrief()              // its goroutine has come to its end
	motor.NewLimited()            // its goroutine comes to its end
	w := motor.NewWide()
	defer w.Close()
}

func Connections(addr string) error {
	line, err := motor.NewLine(addr) // want `value with a connection behind it is never closed`
	if err != nil {
		return err
	}
	link, err := motor.NewLink(addr, motor.Options{}) // want `value with a connection behind it is never closed`
	if err != nil {
		return err
	}
	_, _ = line, link
	_ = motor.NewLazy(addr) // nothing is behind it yet
	return nil
}

func Children(ctx context.Context) {
	motor.NewChild(ctx) // ends with that
	sub, cancel := context.WithCancel(ctx)
	defer cancel()
	motor.NewChild(sub)
	motor.NewChild(context.Background()) // want `value with a goroutine behind it is never closed`
}

// A Hub has a context that ends with it.
type Hub struct {
	ctx   context.Context
	end   context.CancelFunc
	child *motor.Child
}

// Try drops what stays until the hub ends.
func (h *Hub) Try() int {
	motor.NewChild(h.ctx) // want `value with a goroutine behind it is never closed`
	return 0
}

func (h *Hub) TryWell() int {
	c := motor.NewChild(h.ctx)
	defer c.Close()
	return 0
}

// Keep is fine: what h keeps ends with it.
func (h *Hub) Keep() { h.child = motor.NewChild(h.ctx) }

func (h *Hub) Close() error {
	h.end()
	return nil
}

func Upgrades(url string) error {
	u, resp, err := motor.Upgrade(url)
	if err != nil {
		return err
	}
	defer u.Close()
	println(resp.Status) // its body is that of u
	return nil
}

func Statements(tx *sql.Tx) error {
	stmt, err := motor.Prepared(tx, "SELECT 1") // ends with the transaction
	if err != nil {
		return err
	}
	_, err = stmt.Exec()
	return err
}

func Garages() int {
	return motor.NewGarage(false).Speed() + // has a motor if it is asked to
		motor.NewFast().Speed() // want `value with a goroutine behind it is never stopped`
}

func Roles() int {
	g, d, s := motor.Roles() // one of them ends all
	defer s.Stop()
	return g.Speed() + d.Speed()
}

func Feeds(conn net.Conn) {
	in := strings.NewReader("a\nb\n")
	motor.NewFeed(in) // want `value with a goroutine behind it is never closed`
	motor.FeedOf(conn)
	motor.FeedIf(in, false)
	motor.FewLines(in, 2)
	f := motor.NewFeed(in)
	defer f.Close()
	motor.OpenFeed(in) // want `value with a goroutine behind it is never closed`
}

func Wires(ctx context.Context, g motor.Gate, req *http.Request) error {
	w, err := new(motor.Exchange).Connect(ctx, "localhost:80", req) // want `value with a connection behind it is never closed`
	if err != nil {
		return err
	}
	v, err := motor.Through(g, "localhost:80") // want `value with a connection behind it is never closed`
	if err != nil {
		return err
	}
	_, _ = v, w
	return nil
}

// A parser has a peeker, which has a feed.
type parser struct {
	in  *motor.Peeker
	own string
}

func newParser(f *motor.Feed, own string) *parser {
	in := motor.NewPeeker(f)
	return &parser{in: in, own: own}
}

func (p *parser) Close() { p.in.Close() }

func (p *parser) parse() string { return p.in.Peek() }

func Parse() string {
	p := newParser(motor.NewFeed(strings.NewReader("a\n")), "b")
	defer p.Close()
	return p.parse()
}

func ParseOnce() string {
	p := newParser(motor.NewFeed(strings.NewReader("a\n")), "b") // want `value with a goroutine behind it is never closed`
	return p.parse()
}

// Fine: who has the reader closes it.
func lines(text string) io.ReadCloser {
	f := motor.NewFeed(strings.NewReader(text))
	return f.Lines()
}

func head(text string) string {
	b := make([]byte, 10)
	n, _ := motor.NewFeed(strings.NewReader(text)).Lines().Read(b) // want `value with a goroutine behind it is never closed`
	return string(b[:n])
}
