package taken

import "io"

// A Tap reads what it is given, and closes that.
type Tap struct{ from io.ReadCloser }

func tap(from io.ReadCloser) *Tap { return &Tap{from} }

// Close closes what it reads from.
func (t *Tap) Close() error { return t.from.Close() }

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
	t := tap(from) // want `taken.Tap is not closed on every path \(closeleak/error-path\)`
	b, err := t.sip()
	if err != nil {
		return 0, err
	}
	return b, t.Close()
}
