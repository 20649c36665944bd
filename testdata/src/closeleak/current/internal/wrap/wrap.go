// Package wrap puts readers around others.
package wrap

import "io"

type counted struct {
	io.ReadCloser
	n int
}

type hidden struct {
	from io.ReadCloser
	n    int
}

func (h *hidden) Read(p []byte) (int, error) { return h.from.Read(p) }
func (h *hidden) Close() error               { return h.from.Close() }

type borrowed struct {
	from io.ReadCloser
	open bool
}

func (b *borrowed) Read(p []byte) (int, error) { return b.from.Read(p) }

func (b *borrowed) Close() error {
	b.open = false
	return nil
}

// Count closes what it counts.
func Count(rc io.ReadCloser) io.ReadCloser { return &counted{ReadCloser: rc} }

// Hide closes what it hides.
func Hide(rc io.ReadCloser) io.ReadCloser { return &hidden{from: rc} }

// Twice does so by way of another one.
func Twice(rc io.ReadCloser) io.ReadCloser { return Hide(rc) }

// Borrow leaves it to who has it.
func Borrow(rc io.ReadCloser) io.ReadCloser { return &borrowed{rc, true} }

// Some closes it only if it is told to.
func Some(rc io.ReadCloser, closes bool) io.ReadCloser {
	if closes {
		return &hidden{from: rc}
	}
	return &borrowed{rc, true}
}
