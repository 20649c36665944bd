// Package wrapped has functions that return what is behind something else, or nothing at all.
package wrapped

import (
	"bytes"
	"io"
	"os"

	"example.com/closing/internal/wrap"
)

func counted(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return wrap.Count(f), nil
}

func twice(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return wrap.Twice(f), nil
}

func borrowed(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return wrap.Borrow(f), nil
}

func some(path string, closes bool) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return wrap.Some(f, closes), nil
}

// Sizes leaks the file behind the first.
func Sizes(path string) (int64, error) {
	r, err := counted(path) // want `value with a file behind it is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, r)
	return n, err
}

// Hidden leaks the file behind what is behind it.
func Hidden(path string) (int64, error) {
	r, err := twice(path) // want `value with a file behind it is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, r)
}

// Closed is fine.
func Closed(path string) (int64, error) {
	r, err := counted(path)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// Lent is fine: to close what is lent closes nothing.
func Lent(path string) (int64, error) {
	r, err := borrowed(path)
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, r)
}

// Told is fine: what is behind it is not known.
func Told(path string) (int64, error) {
	r, err := some(path, len(path) > 1)
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, r)
}

// input returns a file, or what has the methods of one.
func input(path string, data []byte) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	if data != nil {
		return io.NopCloser(bytes.NewReader(data)), nil
	}
	return os.Open(path)
}

// First leaks the file, if it is one.
func First(path string, data []byte) (byte, error) {
	in, err := input(path, data) // want `file is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return 0, err
	}
	var p [1]byte
	_, err = in.Read(p[:])
	return p[0], err
}

// Last is fine.
func Last(path string, data []byte) (byte, error) {
	in, err := input(path, data)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	all, err := io.ReadAll(in)
	return all[len(all)-1], err
}

// standard returns what others have, too.
func standard(path string) (io.ReadCloser, error) {
	if path == "-" {
		return os.Stdin, nil
	}
	return os.Open(path)
}

// Head is fine: it may be the standard input.
func Head(path string) (byte, error) {
	in, err := standard(path)
	if err != nil {
		return 0, err
	}
	var p [1]byte
	_, err = in.Read(p[:])
	return p[0], err
}
