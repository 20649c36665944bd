// Package excused shortens slices, and there is nothing to say against it.
package excused

import (
	"go/ast"
	"slices"
	"sync"
	"time"
)

type order struct {
	id    int
	lines []string
}

// A Desk lets go of what it is through with.
type Desk struct {
	cleared, helped, moved, put, deleted []*order
	spare                                []*order
	given                                []*order
	scratch                              []*order
	grown                                []*order
	names                                []string
	marks                                []*mark
	times                                []*time.Timer
	errs                                 []error
	signals                              []chan error
	fixed                                []*order
}

type mark struct {
	name string
	at   int
}

func New(fixed []*order) *Desk { return &Desk{fixed: fixed} }

func (d *Desk) Enter(o *order) {
	d.cleared = append(d.cleared, o)
	d.helped = append(d.helped, o)
	d.moved = append(d.moved, o)
	d.put = append(d.put, o)
	d.deleted = append(d.deleted, o)
	d.given = append(d.given, o)
	d.names = append(d.names, o.lines...)
	d.marks = append(d.marks, &mark{at: o.id})
	d.errs = append(d.errs, nil)
	d.signals = append(d.signals, make(chan error))
}

func (d *Desk) Cleared() *order {
	o := d.cleared[0]
	d.cleared[0] = nil
	d.cleared = d.cleared[1:]
	return o
}

// A function that is called clears.
func (d *Desk) Helped() {
	wipe(d.helped)
	d.helped = d.helped[:0]
}

func wipe[T any](list []T) {
	var zero T
	for i := range list {
		list[i] = zero
	}
}

// The rest moves to an array of its own.
func (d *Desk) Moved() *order {
	o := d.moved[0]
	d.moved = append([]*order(nil), d.moved[1:]...)
	return o
}

// One more takes the slot.
func (d *Desk) Put(o *order) *order {
	last := d.put[len(d.put)-1]
	d.put = d.put[:len(d.put)-1]
	d.put = append(d.put, o)
	return last
}

// Since Go 1.22 the package clears.
func (d *Desk) Deleted(i int) { d.deleted = slices.Delete(d.deleted, i, i+1) }

// What is taken is made if there is none, and comes back.
func (d *Desk) Spare() *order {
	if n := len(d.spare); n > 0 {
		o := d.spare[n-1]
		d.spare = d.spare[:n-1]
		return o
	}
	return new(order)
}

func (d *Desk) Back(o *order) { d.spare = append(d.spare, o) }

// Who calls has the array.
func (d *Desk) Given() []*order {
	list := d.given
	d.given = d.given[:0]
	return list
}

// It is filled again at once.
func (d *Desk) Scratch(in []*order) (n int) {
	d.scratch = d.scratch[:0]
	for _, o := range in {
		if o.id > 0 {
			d.scratch = append(d.scratch, o)
		}
	}
	return len(d.scratch)
}

// The slots behind the end are used again.
func (d *Desk) Grown() *order {
	if len(d.grown) < cap(d.grown) {
		d.grown = d.grown[:len(d.grown)+1]
	} else {
		d.grown = append(d.grown, new(order))
	}
	return d.grown[len(d.grown)-1]
}

func (d *Desk) Shrink() { d.grown = d.grown[:0] }

// Text, numbers and what has nothing else are little.
func (d *Desk) Little() {
	d.names = d.names[1:]
	d.marks = d.marks[:0]
	d.times = d.times[:0]
	d.errs = d.errs[:0]
	d.signals = d.signals[:len(d.signals)-1]
}

// Nobody puts anything in: it is a list that somebody else made.
func (d *Desk) Fixed() *order {
	o := d.fixed[0]
	d.fixed = d.fixed[1:]
	return o
}

// Room is made, nothing is cut off.
func (d *Desk) Insert(i int, o *order) {
	d.moved = append(d.moved[:i+1], d.moved[i:]...)
	d.moved[i] = o
}

// It ends anyway.
func (d *Desk) Close() {
	d.put = d.put[:0]
	d.end()
}

func (d *Desk) end() { d.put = d.put[:0] }

// Objects of a pool are a matter of where they are put back.
type scratch struct{ list []*order }

var pool = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) reset() { s.list = s.list[:0] }

func Sum(in []*order) (n int) {
	s := pool.Get().(*scratch)
	for _, o := range in {
		s.list = append(s.list, o)
	}
	for _, o := range s.list {
		n += o.id
	}
	s.reset()
	pool.Put(s)
	return n
}

// A walker goes when the function returns that makes it.
type walker struct{ path []*order }

func newWalker() *walker { return &walker{} }

func (w *walker) push(o *order) { w.path = append(w.path, o) }
func (w *walker) pop()          { w.path = w.path[:len(w.path)-1] }

func Walk(list []*order) int {
	w := newWalker()
	for _, o := range list {
		w.push(o)
		w.pop()
	}
	return len(w.path)
}

// Lists of other packages are theirs.
func Strip(f *ast.FieldList) { f.List = f.List[1:] }

// Here it is filled whenever it was emptied.
type rows struct{ cells [][]byte }

var table = &rows{}

func (r *rows) empty() { r.cells = r.cells[:0] }

func Fill(in [][]byte) {
	table.empty()
	for _, b := range in {
		table.cells = append(table.cells, b)
	}
}

// A local slice goes.
func Local(list []*order) (n int) {
	queue := list
	for len(queue) > 0 {
		n += queue[0].id
		queue = queue[1:]
	}
	return n
}
