// Package sizes gives back what has grown.
package sizes

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"sync"

	"example.com/pooling/internal/line"
)

var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func Encode(w io.Writer, v any) error {
	b := pages.Get().(*bytes.Buffer)
	defer pages.Put(b) // want `buffer goes back to the pool whatever its size; held by pages \(poolleak/no-size-check\)`
	b.Reset()
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Compress gives the buffer back by a function, as it took it.
func Compress(r io.Reader) (n int, err error) {
	b := page()
	defer free(b)
	z := gzip.NewWriter(b)
	if _, err := io.Copy(z, r); err != nil {
		return 0, err
	}
	return b.Len(), z.Close()
}

func page() *bytes.Buffer { return pages.Get().(*bytes.Buffer) }

func free(b *bytes.Buffer) {
	b.Reset()
	pages.Put(b) // want `buffer goes back to the pool whatever its size; held by pages \(poolleak/no-size-check\)`
}

// Position is fine: two numbers are short.
func Position(w io.Writer, x, y int) error {
	b := pages.Get().(*bytes.Buffer)
	b.Reset()
	fmt.Fprintf(b, "%d:%d", x, y)
	b.WriteByte('\n')
	_, err := b.WriteTo(w)
	pages.Put(b)
	return err
}

// Replace is fine: what has grown too large is replaced.
func Replace(w io.Writer, v any) error {
	b := pages.Get().(*bytes.Buffer)
	err := json.NewEncoder(b).Encode(v)
	if err == nil {
		_, err = b.WriteTo(w)
	}
	if b.Cap() > 1<<16 {
		b = new(bytes.Buffer)
	}
	pages.Put(b)
	return err
}

// Borrow is fine here: the other package puts it back.
func Borrow(w io.Writer, v any) error {
	l := line.Get()
	defer line.Put(l)
	if err := json.NewEncoder(l).Encode(v); err != nil {
		return err
	}
	_, err := l.WriteTo(w)
	return err
}

var texts = sync.Pool{New: func() any { return new([]byte) }}

func Join(w io.Writer, words []string) error {
	p := texts.Get().(*[]byte)
	b := (*p)[:0]
	for _, s := range words {
		b = append(b, s...)
	}
	_, err := w.Write(b)
	*p = b
	texts.Put(p) // want `slice goes back to the pool whatever its size; held by texts \(poolleak/no-size-check\)`
	return err
}

// Each is fine: every round begins anew, and a word is short.
func Each(w io.Writer, words []string) error {
	p := texts.Get().(*[]byte)
	defer texts.Put(p)
	for _, s := range words {
		*p = strconv.AppendQuote((*p)[:0], s)
		if _, err := w.Write(*p); err != nil {
			return err
		}
	}
	return nil
}

func Load(r io.Reader, f func([]byte)) error {
	p := texts.Get().(*[]byte)
	all, err := io.ReadAll(r)
	*p = append((*p)[:0], all...)
	f(*p)
	texts.Put(p) // want `slice goes back to the pool whatever its size; held by texts \(poolleak/no-size-check\)`
	return err
}

var frames = sync.Pool{New: func() any { b := make([]byte, 1<<14); return &b }}

// Frame is fine: it reads into the slice.
func Frame(r io.Reader, f func([]byte)) error {
	p := frames.Get().(*[]byte)
	defer frames.Put(p)
	n, err := io.ReadFull(r, *p)
	f((*p)[:n])
	return err
}

const most = 1 << 16

// Limited is fine: it is dropped if it is too large.
func Limited(w io.Writer, words []string) error {
	p := texts.Get().(*[]byte)
	b := (*p)[:0]
	for _, s := range words {
		b = append(b, s...)
	}
	_, err := w.Write(b)
	if cap(b) <= most {
		*p = b
		texts.Put(p)
	}
	return err
}

type encoder struct {
	out bytes.Buffer
	enc *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.enc = json.NewEncoder(&e.out)
	return e
}}

func (e *encoder) encode(v any) ([]byte, error) {
	e.out.Reset()
	err := e.enc.Encode(v)
	return bytes.Clone(e.out.Bytes()), err
}

func Marshal(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e) // want `object goes back to the pool whatever its size in out; held by encoders \(poolleak/no-size-check\)`
	return e.encode(v)
}
