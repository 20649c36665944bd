// Package contents gives back what is not empty.
package contents

import "sync"

type blob struct{ data []byte }

var lists = sync.Pool{New: func() any { return new([]*blob) }}

func Each(in <-chan *blob, f func([]*blob)) {
	p := lists.Get().(*[]*blob)
	for b := range in {
		*p = append(*p, b)
	}
	f(*p)
	*p = (*p)[:0]
	lists.Put(p) // want `slice goes back to the pool with what was put into it; held by lists \(poolleak/not-cleared\)`
}

// Filled lets somebody else fill the slice.
func Filled(fill func(*[]*blob)) (n int) {
	p := lists.Get().(*[]*blob)
	defer func() {
		*p = (*p)[:0]
		lists.Put(p) // want `slice goes back to the pool with what was put into it; held by lists \(poolleak/not-cleared\)`
	}()
	fill(p)
	return len(*p)
}

// Sized makes room in what a variable of two functions points to.
func Sized(n int, fill func(*[]*blob)) {
	p := lists.Get().(*[]*blob)
	defer func() {
		*p = (*p)[:0]
		lists.Put(p) // want `slice goes back to the pool with what was put into it; held by lists \(poolleak/not-cleared\)`
	}()
	*p = room(*p, n)
	fill(p)
}

func room(s []*blob, n int) []*blob {
	if cap(s) < n {
		return make([]*blob, n)
	}
	return s[:n]
}

// Cleared is fine.
func Cleared(in []*blob, f func([]*blob)) {
	p := lists.Get().(*[]*blob)
	*p = append((*p)[:0], in...)
	f(*p)
	clear(*p)
	*p = (*p)[:0]
	lists.Put(p)
}

// Nilled is fine: a loop does what clear does.
func Nilled(in []*blob, f func([]*blob)) {
	p := lists.Get().(*[]*blob)
	*p = append((*p)[:0], in...)
	f(*p)
	forget(*p)
	*p = (*p)[:0]
	lists.Put(p)
}

func forget(s []*blob) {
	for i := range s {
		s[i] = nil
	}
}

var words = sync.Pool{New: func() any { return new([]string) }}

// Words is fine: strings are small.
func Words(in []string, f func([]string)) {
	p := words.Get().(*[]string)
	*p = append((*p)[:0], in...)
	f(*p)
	*p = (*p)[:0]
	words.Put(p)
}

type batch struct {
	blobs []*blob
	seen  map[string]*blob
	spare [][]*blob
	n     int
}

var batches = sync.Pool{New: func() any { return &batch{seen: make(map[string]*blob)} }}

func (b *batch) reset() {
	b.blobs = b.blobs[:0]
	b.n = 0
}

func Total(in []*blob) int {
	b := batches.Get().(*batch)
	for _, x := range in {
		b.blobs = append(b.blobs, x)
		b.n += len(x.data)
	}
	n := b.n
	b.reset()
	batches.Put(b) // want `object goes back to the pool with what was put into it in blobs; held by batches \(poolleak/not-cleared\)`
	return n
}

func Index(in map[string]*blob) int {
	b := batches.Get().(*batch)
	for k, x := range in {
		b.seen[k] = x
	}
	n := len(b.seen)
	batches.Put(b) // want `object goes back to the pool with what was put into it in seen; held by batches \(poolleak/not-cleared\)`
	return n
}

// Whole is fine: nothing is left.
func Whole(in []*blob) int {
	b := batches.Get().(*batch)
	b.blobs = append(b.blobs, in...)
	n := len(b.blobs)
	*b = batch{seen: b.seen}
	batches.Put(b)
	return n
}

// Spare is fine: what the elements have is used again.
func Spare(in []*blob) int {
	b := batches.Get().(*batch)
	n := len(b.spare)
	if n < cap(b.spare) {
		b.spare = b.spare[:n+1]
	} else {
		b.spare = append(b.spare, nil)
	}
	b.spare[n] = append(b.spare[n][:0], in...)
	n = len(b.spare[n])
	b.spare = b.spare[:0]
	batches.Put(b)
	return n
}
