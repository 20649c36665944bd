// Package sure calls what never fails, or never returns.
package sure

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"

	"example.com/closing/sure/kind"
)

// plain returns an error for the sake of its type.
func plain(f *os.File) (*bufio.Reader, error) { return bufio.NewReader(f), nil }

// sized fails with a size of nothing.
func sized(f *os.File, n int) (*bufio.Reader, error) {
	if n == 0 {
		return nil, errors.New("no size")
	}
	return bufio.NewReaderSize(f, n), nil
}

// through fails no more than what it calls.
func through(f *os.File) (*bufio.Reader, error) { return plain(f) }

// Fine: the way does not exist.
func line(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	r, err := through(f)
	if err != nil {
		return "", err
	}
	s, err := r.ReadString('\n')
	f.Close()
	return s, err
}

// closing closes the file where it fails.
func closing(f *os.File) (*bufio.Reader, error) {
	if _, err := f.Seek(10, 0); err != nil {
		f.Close()
		return nil, err
	}
	return bufio.NewReader(f), nil
}

// Fine: either does not fail, or has closed it.
func either(path string, skip bool) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	var r *bufio.Reader
	if skip {
		r, err = closing(f)
	} else {
		r, err = plain(f)
	}
	if err != nil {
		return "", err
	}
	s, err := r.ReadString('\n')
	f.Close()
	return s, err
}

// With another size it fails.
func sizedLine(path string, n int) (string, error) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return "", err
	}
	r, err := sized(f, n)
	if err != nil {
		return "", err
	}
	s, err := r.ReadString('\n')
	f.Close()
	return s, err
}

// forever never comes back.
func forever(lines <-chan string) error {
	for {
		l, ok := <-lines
		if !ok {
			panic("no lines")
		}
		fmt.Println(l)
	}
}

// Fine: the port is in use for as long as the program runs.
func hold(addr string, lines <-chan string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return forever(lines)
}

// until comes back when there are no lines.
func until(lines <-chan string) error {
	for l := range lines {
		fmt.Println(l)
	}
	return nil
}

func held(addr string, lines <-chan string) error {
	ln, err := net.Listen("tcp", addr) // want `listener is never closed`
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return until(lines)
}

// What another package says may fail may do so with its next version.
func parsed(path string) (string, error) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return "", err
	}
	k, err := kind.Of(f.Name())
	if err != nil {
		return "", err
	}
	f.Close()
	return k, nil
}
