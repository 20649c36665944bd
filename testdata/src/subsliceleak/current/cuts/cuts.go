// Package cuts shortens slices that stay.
package cuts

import "sync"

type order struct {
	id    int
	lines []string
}

// A Desk has orders that wait.
type Desk struct {
	mu    sync.Mutex
	wait  []*order
	late  []func()
	byDay map[int][]*order
}

func (d *Desk) Enter(o *order) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wait = append(d.wait, o)
	d.late = append(d.late, func() { o.id++ })
	d.byDay[o.id] = append(d.byDay[o.id], o)
}

func (d *Desk) Next() *order {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.wait[0]
	d.wait = d.wait[1:] // want `element taken from the front stays in the array; held by Desk.wait \(subsliceleak/queue-front\)`
	return o
}

// The same slice and kind: one finding.
func (d *Desk) Drop(n int) {
	d.wait = d.wait[n:]
}

func (d *Desk) First(day int) *order {
	list := d.byDay[day]
	o := list[0]
	d.byDay[day] = list[1:] // want `element taken from the front stays in the array; held by Desk.byDay \(subsliceleak/queue-front\)`
	return o
}

func (d *Desk) Last() {
	d.late[len(d.late)-1]()
	d.late = d.late[:len(d.late)-1] // want `popped slot keeps its pointer; held by Desk.late \(subsliceleak/popped-slot-kept\)`
}

func (d *Desk) Forget() {
	d.wait = d.wait[:0] // want `truncated slots keep their pointers; held by Desk.wait \(subsliceleak/truncated-not-cleared\)`
}

func (d *Desk) Cancel(id int) {
	for i, o := range d.wait {
		if o.id == id {
			d.wait = append(d.wait[:i], d.wait[i+1:]...) // want `slots cut off keep their pointers; held by Desk.wait \(subsliceleak/cut-not-cleared\)`
			return
		}
	}
}

// A list of files with parts.
type index[T any] struct{ files, hidden []T }

var all = &index[*order]{}

func (x *index[T]) add(f T) {
	x.files = append(x.files, f)
	x.hidden = append(x.hidden, f)
}

func (x *index[T]) remove(i, n int) {
	copy(x.files[i:], x.files[i+n:])
	x.files = x.files[:len(x.files)-n] // want `slots cut off keep their pointers; held by index.files`
}

func (x *index[T]) keep(good func(T) bool) {
	left := x.hidden[:0]
	for _, f := range x.hidden {
		if good(f) {
			left = append(left, f)
		}
	}
	x.hidden = left // want `slots cut off keep their pointers; held by index.hidden`
}

type board struct{ open []*order }

func (b *board) Open(o *order) { b.open = append(b.open, o) }

func (b *board) Sweep(done func(*order) bool) {
	n := 0
	for _, o := range b.open {
		if !done(o) {
			b.open[n] = o
			n++
		}
	}
	b.open = b.open[:n] // want `slots cut off keep their pointers; held by board.open`
}

// What goes back to where it was may be little, or much.
func (b *board) Rewind(n int) { b.open = b.open[:n] }

var Shared board

func Add(o *order)                  { all.add(o) }
func Remove(i int)                  { all.remove(i, 2) }
func Keep(good func(o *order) bool) { all.keep(good) }

var recent [][]byte

func Note(b []byte) {
	recent = append(recent, b)
}

func Oldest() []byte {
	b := recent[0]
	recent = recent[1:] // want `element taken from the front stays in the array; held by recent`
	return b
}
