// Package large has closures with large captures that pile up.
package large

import (
	"io"
	"log"
	"os"
)

type store struct {
	views   map[string]func() []byte
	flushes []func() error
	evicted map[string]func() []byte
	Public  []func()
	byKind  map[bool]func() []byte
	current func() []byte
}

func (s *store) add(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Print(err)
		return
	}
	s.views[path] = func() []byte { return text } // want `closure keeps all of text and nothing takes it out of store.views`
}

type page struct {
	buf [64 << 10]byte
	w   io.Writer
}

func (p *page) flush() error {
	_, err := p.w.Write(p.buf[:])
	return err
}

func (s *store) method(w io.Writer) {
	p := &page{w: w}
	s.flushes = append(s.flushes, p.flush) // want `closure keeps all 64 KiB of its receiver and nothing takes it out of store.flushes`
}

var all []func() []byte

func variable(path string) {
	text, _ := os.ReadFile(path)
	all = append(all, func() []byte { return text }) // want `nothing takes it out of all`
}

// Fine: evict takes it out.
func (s *store) cached(path string) {
	text, _ := os.ReadFile(path)
	s.evicted[path] = func() []byte { return text }
}

func (s *store) evict(path string) { delete(s.evicted, path) }

// Fine: who knows what other packages do with the field.
func (s *store) public(path string) {
	text, _ := os.ReadFile(path)
	s.Public = append(s.Public, func() { log.Print(text) })
}

// Fine: there are two of them.
func (s *store) kinds(path string, kind bool) {
	text, _ := os.ReadFile(path)
	s.byKind[kind] = func() []byte { return text }
}

// Fine: the next one replaces it.
func (s *store) slot(path string) {
	text, _ := os.ReadFile(path)
	s.current = func() []byte { return text }
}

// Fine: the caller decides.
func returned(path string) func() []byte {
	text, _ := os.ReadFile(path)
	return func() []byte { return text }
}

type step struct{ do func() }

type plan struct{ steps []step }

// Fine: a list as long as the work at hand is no bulk of data.
func (p *plan) add(names []string, do func([]*page)) {
	pages := make([]*page, len(names))
	p.steps = append(p.steps, step{func() { do(pages) }})
}
