// Package fails subscribes, and then something else fails.
package fails

import (
	"errors"

	"example.com/listeners/bus"
)

func open(name string) error { return errors.New(name) }

type Pair struct{ a, b *bus.Subscription }

func NewPair(t *bus.Topic) (*Pair, error) {
	p := new(Pair)
	a, err := t.Subscribe(p.on) // want `listener added by Subscribe is not removed on every path; held by t \(listenerleak/not-removed-on-path\)`
	if err != nil {
		return nil, err
	}
	b, err := t.Subscribe(p.on)
	if err != nil {
		return nil, err
	}
	p.a, p.b = a, b
	return p, nil
}

func (p *Pair) on([]byte) {}

func (p *Pair) Close() {
	p.a.Unsubscribe()
	p.b.Unsubscribe()
}

type Gauge struct {
	stop func()
	n    int
}

func NewGauge(v *bus.Value) (*Gauge, error) {
	g := new(Gauge)
	g.stop = v.Watch(func(n int) { g.n = n }) // want `listenerleak/not-removed-on-path`
	if err := open("gauge"); err != nil {
		return nil, err
	}
	return g, nil
}

// Fine: what is half built is closed.
func OpenGauge(v *bus.Value) (*Gauge, error) {
	g := new(Gauge)
	g.stop = v.Watch(func(n int) { g.n = n })
	if err := open("gauge"); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

func (g *Gauge) Close() { g.stop() }

func Watch(v *bus.Value, f func(int)) (func(), error) {
	stop := v.Watch(f) // want `listenerleak/not-removed-on-path`
	if err := open("value"); err != nil {
		return nil, err
	}
	return stop, nil
}

// Fine: the object has it, and can be closed.
type Meter struct {
	v    *bus.Value
	stop func()
	n    int
}

func (m *Meter) Open() error {
	m.stop = m.v.Watch(func(n int) { m.n = n })
	return open("meter")
}

func (m *Meter) Close() { m.stop() }

// Fine: the value is made here, and goes.
func Local(f func(int)) (func(), error) {
	v := new(bus.Value)
	stop := v.Watch(f)
	if err := open("value"); err != nil {
		return nil, err
	}
	return stop, nil
}

// Fine: its goroutine goes on with the object.
type Clock struct {
	news *bus.Subscription
	ch   chan bool
}

func NewClock(t *bus.Topic) (*Clock, error) {
	c := &Clock{ch: make(chan bool)}
	var err error
	if c.news, err = t.Subscribe(c.on); err != nil {
		return nil, err
	}
	go c.run()
	if err := open("clock"); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Clock) on([]byte) { c.ch <- true }

func (c *Clock) run() {
	for range c.ch {
		if c.news == nil {
			return
		}
	}
}

func (c *Clock) Close() {
	c.news.Unsubscribe()
	close(c.ch)
}
