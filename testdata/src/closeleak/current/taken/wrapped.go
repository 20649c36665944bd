package taken

import (
	"io"
	"sync"
)

// A Tap reads what it is given, and closes that.
type Tap struct {
	from  io.ReadCloser
	lines chan byte
	done  chan struct{}
	once  sync.Once
}

func tap(from io.ReadCloser) *Tap {
	t := &Tap{from: from, lines: make(chan byte, 1), done: make(chan struct{})}
	go t.pour()
	return t
}

func (t *Tap) pour() {
	for {
		select {
		case t.lines <- 1:
		case <-t.done:
			return
		}
	}
}

// Close closes what it reads from.
func (t *Tap) Close() error {
	t.once.Do(func() { close(t.done) })
	return t.from.Close()
}

func (t *Tap) sip() (byte, error) {
	var b [1]byte
	_, err := t.from.Read(b[:])
	return b[0], err
}

// Sip leaks once: who has the tap has to close it, and by that what it reads from.
func Sip(open func() (io.ReadCloser, error)) (byte, error) {
	from, err := open()
	if err != nil {
		return 0, err
	}
	t := tap(from) // want `is not closed on every path.* \(closeleak/error-path\)`
	b, err := t.sip()
	if err != nil {
		return 0, err
	}
	return b, t.Close()
}
