// Package holders registers with what it closes, or hands on.
package holders

import (
	"io"
	"net/http"
	"reflect"
)

// A Network tells who listens of connections, until it is closed.
type Network interface {
	Notify(l Listener)
	StopNotify(l Listener)
	Close() error
}

type Listener interface{ Connected(peer string) }

type log struct{ peers []string }

func (l *log) Connected(peer string) { l.peers = append(l.peers, peer) }

// Host closes the network that it is made with.
type Host struct {
	net   Network
	peers []string
}

// Fine: the network goes with the host.
func NewHost(n Network) *Host {
	h := &Host{net: n}
	n.Notify(h)
	return h
}

func (h *Host) Connected(peer string) { h.peers = append(h.peers, peer) }
func (h *Host) Close() error          { return h.net.Close() }

// Guest leaves the network alone.
type Guest struct {
	net   Network
	peers []string
}

// Leaks: the network stays, and with it the guest.
func NewGuest(n Network) *Guest {
	g := &Guest{net: n}
	n.Notify(g) // want `listener added by Notify is never removed by StopNotify`
	return g
}

func (g *Guest) Connected(peer string) { g.peers = append(g.peers, peer) }
func (g *Guest) Close()                { g.peers = nil }

// A Tracer counts who is there.
type Tracer interface {
	AddWatcher(w Listener)
	RemoveWatcher(w Listener)
	AddKind(t reflect.Type)
	RemoveKind(t reflect.Type)
	AddInput(r io.Reader)
	RemoveInput(r io.Reader)
	AddOutput(w io.Writer)
	RemoveOutput(w io.Writer)
}

// Bus gives its tracer on to what it hands out.
type Bus struct{ tracer Tracer }

type sub struct {
	counts Tracer
	l      Listener
}

// Fine: Close takes it off the tracer that it was given.
func (b *Bus) Subscribe(l Listener) *sub {
	b.tracer.AddWatcher(l)
	return &sub{counts: b.tracer, l: l}
}

func (s *sub) Close() { s.counts.RemoveWatcher(s.l) }

// Fine: a type listens to nothing.
func (b *Bus) Count(v any) { b.tracer.AddKind(reflect.TypeOf(v)) }

// Fine: what is given to be read is told nothing.
func (b *Bus) Import(w http.ResponseWriter, r *http.Request) {
	b.tracer.AddInput(r.Body)
}

// What is written to is told what there is.
func (b *Bus) Export(w http.ResponseWriter, r *http.Request) {
	b.tracer.AddOutput(w) // want `listener added by AddOutput is never removed by RemoveOutput`
}

// Other has a tracer of its own.
type Other struct{ tracer Tracer }

// Latent: it is another tracer that Close takes a listener off.
func (o *Other) Trace() *log {
	l := new(log)
	o.tracer.AddWatcher(l) // want `never removed by RemoveWatcher.*, latent`
	return l
}
