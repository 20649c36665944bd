// Package stays has lists in objects that show that they stay, or do not.
package stays

import (
	"io"
	"sync"
)

type page struct {
	no   int
	text []byte
}

type leaf struct{ no int }

type viewer interface{ View(*leaf) }

// A Shelf is for others: they put in and take out.
type Shelf struct{ pages []*page }

func (s *Shelf) Put(p *page) { s.pages = append(s.pages, p) }

func (s *Shelf) Take() *page {
	p := s.pages[0]
	s.pages = s.pages[1:] // want `element taken from the front stays in the array; held by Shelf.pages`
	return p
}

// A Walk fills its list itself.
type Walk struct{ todo []*page }

func (w *Walk) Next() *page {
	p := w.todo[len(w.todo)-1]
	w.todo = w.todo[:len(w.todo)-1] // want `held by Walk.todo \(subsliceleak/popped-slot-kept, latent\)`
	return p
}

func (w *Walk) Begin() { w.todo = append(w.todo, &page{}) }

// A Tree has its nodes where everybody gets at them.
type Tree struct{ Nodes []*page }

func (t *Tree) Add(p *page) { t.Nodes = append(t.Nodes, p) }

func (t *Tree) Drop(no int) {
	for i, p := range t.Nodes {
		if p.no == no {
			t.Nodes = append(t.Nodes[:i], t.Nodes[i+1:]...) // want `held by Tree.Nodes \(subsliceleak/cut-not-cleared, latent\)`
			return
		}
	}
}

// A Frame has viewers, who come and go.
type Frame struct{ viewers []viewer }

func (f *Frame) Attach(v viewer) { f.viewers = append(f.viewers, v) }

func (f *Frame) Detach(v viewer) {
	for i, have := range f.viewers {
		if have == v {
			f.viewers = append(f.viewers[:i], f.viewers[i+1:]...) // want `slots cut off keep their pointers; held by Frame.viewers`
			return
		}
	}
}

// A Line is short: it has a limit.
type Line struct {
	mu    sync.Mutex
	max   int
	wait  []*page
	views []viewer
	files []io.Closer
}

func (l *Line) Enter(p *page, v viewer, f io.Closer) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wait) >= l.max {
		return false
	}
	l.wait = append(l.wait, p)
	l.views = append(l.views, v)
	l.files = append(l.files, f)
	return true
}

func (l *Line) Leave() (*page, viewer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, v, f := l.wait[0], l.views[0], l.files[0]
	l.wait = l.wait[1:]
	l.views = l.views[1:] // nothing shows that a viewer is large
	l.files = l.files[1:] // want `element taken from the front stays in the array; held by Line.files`
	f.Close()
	return p, v
}

// Parts of what is shared are shared.
type Desk struct {
	mu  sync.Mutex
	box *box
}

type box struct{ tray tray }

type tray struct{ pages []*page }

func (d *Desk) Pop() *page {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.box.tray.pop()
}

func (d *Desk) Push(p *page) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.box.tray.pages = append(d.box.tray.pages, p)
}

func (t *tray) pop() *page {
	p := t.pages[len(t.pages)-1]
	t.pages = t.pages[:len(t.pages)-1] // want `popped slot keeps its pointer; held by tray.pages`
	return p
}

// Set is fine: on every way on, the slot is filled.
func (d *Desk) Set(p *page) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.box.tray
	for i, have := range t.pages {
		if have.no == p.no {
			t.pages = append(t.pages[:i], t.pages[i+1:]...)
			break
		}
	}
	t.pages = append(t.pages, p)
}
