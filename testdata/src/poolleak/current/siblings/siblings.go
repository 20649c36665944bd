// Package siblings gives objects of one pool back in more than one state.
package siblings

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"sync"
)

type item struct{ data []byte }

type parcel struct {
	items []*item
	to    string
}

var parcels = sync.Pool{New: func() any { return new(parcel) }}

// Send gives back a full parcel, which is empty when it is taken.
func Send(in []*item, ship func(*item) error) (err error) {
	p := parcels.Get().(*parcel)
	p.items = nil
	for _, i := range in {
		p.items = append(p.items, i)
	}
	for _, i := range p.items {
		if err = ship(i); err != nil {
			break
		}
	}
	parcels.Put(p) // want `object goes back to the pool with what was put into it in items; held by parcels \(poolleak/not-cleared\)`
	return err
}

// Weigh is fine, and shows how it is meant.
func Weigh(in []*item) (n int) {
	p := parcels.Get().(*parcel)
	p.items = append(p.items, in...)
	for _, i := range p.items {
		n += len(i.data)
	}
	p.items = nil
	parcels.Put(p)
	return n
}

// Label is fine: it empties the parcel once a round.
func Label(in <-chan *item, print func(*parcel)) {
	p := parcels.Get().(*parcel)
	for i := range in {
		p.items = append(p.items, i)
		if len(p.items) == 8 {
			print(p)
			p.items = nil
		}
	}
	parcels.Put(p)
}

type crate struct{ items []*item }

var crates = sync.Pool{New: func() any { return new(crate) }}

// Pack is fine: nobody empties a crate but who takes it.
func Pack(in []*item, ship func([]*item)) {
	c := crates.Get().(*crate)
	c.items = nil
	for _, i := range in {
		c.items = append(c.items, i)
	}
	ship(c.items)
	crates.Put(c)
}

var racks = sync.Pool{New: func() any { return new([]*item) }}

// Few has few items, and Forget shows that it matters.
func Few(next func() *item, f func(*item)) {
	r := racks.Get().(*[]*item)
	for i := next(); i != nil && len(*r) < 50; i = next() {
		*r = append(*r, i)
	}
	for _, i := range *r {
		f(i)
	}
	*r = (*r)[:0]
	racks.Put(r) // want `slice goes back to the pool with what was put into it; held by racks \(poolleak/not-cleared\)`
}

func Forget(next func() *item, f func([]*item)) {
	r := racks.Get().(*[]*item)
	defer func() {
		clear(*r)
		*r = (*r)[:0]
		racks.Put(r)
	}()
	for i := next(); i != nil && len(*r) < 50; i = next() {
		*r = append(*r, i)
	}
	f(*r)
}

var shelves = sync.Pool{New: func() any { return new([]*item) }}

// Short is fine: it has few items, and nobody makes more of it.
func Short(next func() *item, f func(*item)) {
	r := shelves.Get().(*[]*item)
	for i := next(); i != nil && len(*r) < 50; i = next() {
		*r = append(*r, i)
	}
	for _, i := range *r {
		f(i)
	}
	*r = (*r)[:0]
	shelves.Put(r)
}

type text struct{ b []byte }

var texts = sync.Pool{New: func() any { return new(text) }}

// All has no limit.
func All(in *bufio.Scanner, w io.Writer) error {
	t := texts.Get().(*text)
	t.b = t.b[:0]
	for in.Scan() {
		t.b = append(t.b, in.Bytes()...)
	}
	_, err := w.Write(t.b)
	texts.Put(t) // want `object goes back to the pool whatever its size in b; held by texts \(poolleak/no-size-check\)`
	return err
}

// Some is fine, and shows how much may go back.
func Some(in *bufio.Scanner, w io.Writer) error {
	t := texts.Get().(*text)
	t.b = t.b[:0]
	for in.Scan() {
		t.b = append(t.b, in.Bytes()...)
	}
	_, err := w.Write(t.b)
	if cap(t.b) < 1<<16 {
		texts.Put(t)
	}
	return err
}

type word struct{ b []byte }

var words = sync.Pool{New: func() any { return new(word) }}

// Pieces is fine: nothing shows that they are many.
func Pieces(in []string, w io.Writer) error {
	t := words.Get().(*word)
	t.b = t.b[:0]
	for _, s := range in {
		t.b = append(t.b, s...)
	}
	_, err := w.Write(t.b)
	words.Put(t)
	return err
}

type coder struct {
	out bytes.Buffer
	enc *json.Encoder
}

var coders = sync.Pool{New: func() any {
	c := new(coder)
	c.enc = json.NewEncoder(&c.out)
	return c
}}

// Code leaves the buffer as it is if it fails, and gives back a new one if not.
func Code(w io.Writer, v any) error {
	c := coders.Get().(*coder)
	if err := c.enc.Encode(v); err != nil {
		c.out.Reset()
		coders.Put(c) // want `object goes back to the pool whatever its size in out; held by coders \(poolleak/no-size-check\)`
		return err
	}
	_, err := w.Write(c.out.Bytes())
	c.out = bytes.Buffer{}
	coders.Put(c)
	return err
}
