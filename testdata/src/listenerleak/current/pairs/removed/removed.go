// Package removed takes its listeners off again.
package removed

import (
	"example.com/listeners/bus"
)

// Fine: the owner takes it off in Close.
type View struct {
	cfg  *bus.Config
	seen []string
}

func NewView(cfg *bus.Config) *View {
	v := &View{cfg: cfg}
	cfg.AddListener(v)
	return v
}

func (v *View) Changed(key string) { v.seen = append(v.seen, key) }
func (v *View) Close()             { v.cfg.RemoveListener(v) }

// Fine: a helper of another package takes it off.
func While(cfg *bus.Config, l bus.Listener, f func()) {
	cfg.AddListener(l)
	defer bus.Remove(cfg, l)
	f()
}

// Fine: in the same function.
func During(name string, f func()) {
	bus.Register(name, f)
	defer bus.Unregister(name)
	f()
}

// Fine: the listener takes itself off.
type once struct {
	cfg *bus.Config
	ch  chan string
}

func (o *once) Changed(key string) {
	o.cfg.RemoveListener(o)
	o.ch <- key
}

func Next(cfg *bus.Config) string {
	o := &once{cfg, make(chan string, 1)}
	cfg.AddListener(o)
	return <-o.ch
}
