// Package opened has objects that a method opens.
package opened

import (
	"errors"
	"net/http"

	"example.com/closing/internal/link"
)

var errEmpty = errors.New("empty")

func Early(addr string, b []byte) error {
	l := link.New(addr)
	if err := l.Connect(); err != nil { // want `value with a connection behind it is not closed on every path; held by the operating system \(closeleak/error-path\)`
		return err
	}
	if len(b) == 0 {
		return errEmpty
	}
	err := l.Send(b)
	l.Close()
	return err
}

func Never(addr string, b []byte) error {
	l := link.New(addr)
	if err := l.Connect(); err != nil { // want `value with a connection behind it is never closed`
		return err
	}
	if err := l.Connect(); err != nil { // again
		return err
	}
	return l.Send(b)
}

// Fine closes it.
func Fine(addr string, b []byte) error {
	l := link.New(addr)
	if err := l.Connect(); err != nil {
		return err
	}
	defer l.Close()
	return l.Send(b)
}

// Unused is fine: it is never connected.
func Unused(addr string) string {
	l := link.New(addr)
	if l == nil {
		return ""
	}
	return addr
}

// Checked is fine: the method itself closes it.
func Checked(addr string) error { return link.New(addr).Check() }

// Given is fine: who has it closes it.
func Given(addr string) (*link.Line, error) {
	l := link.New(addr)
	if err := l.Connect(); err != nil {
		return nil, err
	}
	return l, nil
}

// Half leaks the pump where the other one is missing.
func Half(addr string) (*link.Pump, error) {
	p := link.NewPump()
	p.Start() // want `value with a goroutine behind it is not stopped on every path`
	if addr == "" {
		return nil, errEmpty
	}
	return p, nil
}

// A Plant starts a pump, and its Close does not stop it.
type Plant struct {
	pump *link.Pump
	line *link.Line
}

func NewPlant(addr string) *Plant { return &Plant{link.NewPump(), link.New(addr)} }

func (p *Plant) Run() error {
	p.pump.Start() // want `value with a goroutine behind it in field pump is never stopped; held by its goroutine \(closeleak/owner-forgets\)`
	return p.line.Connect()
}

func (p *Plant) Close() error { return p.line.Close() }

// A Station stops what it starts.
type Station struct{ pump *link.Pump }

func NewStation() *Station { return &Station{link.NewPump()} }

func (s *Station) Run() { s.pump.Start() }

func (s *Station) Close() { s.pump.Stop() }

// A Guest has the pump of somebody else.
type Guest struct{ pump *link.Pump }

func NewGuest(p *link.Pump) *Guest { return &Guest{p} }

func (g *Guest) Run() { g.pump.Start() }

func (g *Guest) Close() {}

func init() { background() }

// background is fine: one pump runs as long as the process.
func background() {
	p := link.NewPump()
	p.Start()
}

// Serve leaks one for each request.
func Serve(w http.ResponseWriter, r *http.Request) {
	p := link.NewPump()
	p.Start() // want `value with a goroutine behind it is never stopped; held by its goroutine \(closeleak/never-released\)`
	w.WriteHeader(http.StatusOK)
}

// A Works starts pumps and stops them.
type Works struct{ pumps []*link.Pump }

func (w *Works) Add() { w.pumps = append(w.pumps, link.NewPump()) }

func (w *Works) Run() {
	for _, p := range w.pumps {
		p.Start()
	}
}

func (w *Works) Close() {
	for _, p := range w.pumps {
		p.Stop()
	}
}

// A Field starts pumps, and its Close forgets them.
type Field struct{ pumps []*link.Pump }

func (f *Field) Add() { f.pumps = append(f.pumps, link.NewPump()) }

func (f *Field) Run() {
	for _, p := range f.pumps {
		p.Start() // want `value with a goroutine behind it in field pumps is never stopped`
	}
}

func (f *Field) Close() { clear(f.pumps) }
