// Package handle registers listeners and gets the means to undo it.
package handle

import (
	"fmt"
	"log"
	"net"

	"example.com/listeners/bus"
)

// Latent: dropped as an expression statement.
func Print(v *bus.Value) {
	v.Watch(func(n int) { fmt.Println(n) }) // want `result of Watch is dropped, and with it the means to undo it.*listenerleak/handle-discarded, latent`
}

// Leaks: dropped into the blank identifier, only the error is looked at.
type Client struct{ user string }

func (c *Client) Join(t *bus.Topic) error {
	_, err := t.Subscribe(func(b []byte) { log.Print(c.user, b) }) // want `held by t \(listenerleak/handle-discarded, latent\)`
	return err
}

// Latent: the id was the only means.
func (c *Client) Follow(f *bus.Feed, n int) <-chan string {
	ch := make(chan string, n)
	f.Attach(ch) // want `listenerleak/handle-discarded, latent`
	return ch
}

// Latent: deferring the registration drops its result.
func (c *Client) Late(v *bus.Value) {
	defer v.Watch(func(n int) { log.Print(c.user, n) }) // want `listenerleak/handle-discarded, latent`
}

// Leaks: kept in a field that nobody uses.
type Panel struct {
	v      *bus.Value
	cancel func()
	n      int
}

func (p *Panel) Open() {
	p.cancel = p.v.Watch(show) // want `kept in field cancel, which nothing uses.*listenerleak/handle-discarded`
}

func (p *Panel) Close() { p.n = 0 }

func show(n int) { fmt.Println(n) }

// Latent: looked at, but never used to undo.
func (c *Client) Check(t *bus.Topic) bool {
	sub, err := t.Subscribe(func(b []byte) { log.Print(c.user, b) }) // want `result of Subscribe is not used to undo it.*listenerleak/handle-discarded, latent`
	return err == nil && sub != nil
}

// Leaks: kept in a new object, and its Close does not use it.
type Dock struct {
	cancel func()
	n      int
}

func Landing(v *bus.Value) *Dock {
	d := &Dock{cancel: v.Watch(show)} // want `kept in field cancel, which nothing uses.*listenerleak/handle-discarded`
	return d
}

func (d *Dock) Close() { d.n = 0 }

// Leaks: a list that nobody goes through.
type Wall struct {
	subs []*bus.Subscription
}

func (w *Wall) Hang(t *bus.Topic) error {
	sub, err := t.Subscribe(func([]byte) {}) // want `kept in field subs, which nothing uses.*listenerleak/handle-discarded, latent`
	if err != nil {
		return err
	}
	w.subs = append(w.subs, sub)
	return nil
}

func (w *Wall) Hung() int { return len(w.subs) }

// Fine: a method of the object uses it, whatever its name.
type Shelf struct{ cancel func() }

func Shelve(v *bus.Value) *Shelf { return &Shelf{cancel: v.Watch(show)} }

func (s *Shelf) Empty() { s.cancel() }

// Fine: what is added has an end of its own, which takes it out again.
type Wire interface {
	Send([]byte) error
	Close() error
}

type Line struct {
	Wire
	of *Exchange
}

func (l *Line) Close() error {
	l.of.RemoveLine(l)
	return l.Wire.Close()
}

type Exchange struct{ lines map[*Line]bool }

func (e *Exchange) AddLine(w Wire) (*Line, error) {
	l := &Line{w, e}
	e.lines[l] = true
	return l, nil
}

func (e *Exchange) RemoveLine(l *Line) { delete(e.lines, l) }

func (e *Exchange) Serve(in net.Listener, wire func(net.Conn) Wire) error {
	for {
		c, err := in.Accept()
		if err != nil {
			return err
		}
		if _, err := e.AddLine(wire(c)); err != nil {
			return err
		}
	}
}

// A Wheel is not in sight: a listener may end its turns by what it returns.
type Wheel interface {
	SubscribeTurns(f func(n byte) (more bool)) (stop func())
	SubscribeStops(f func(n byte)) (stop func())
}

func Roll(w Wheel, in net.Listener) error {
	for {
		c, err := in.Accept()
		if err != nil {
			return err
		}
		w.SubscribeTurns(func(n byte) bool {
			_, err := c.Write([]byte{n})
			return err == nil
		})
		w.SubscribeStops(func(n byte) { c.Write([]byte{n}) }) // want `result of SubscribeStops is dropped.*listenerleak/handle-discarded`
	}
}
