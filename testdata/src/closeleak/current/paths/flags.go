package paths

import (
	"errors"
	"io"
	"os"
)

// Early leaks: it takes the file for good before the last thing that fails.
func Early(path string, header []byte) (*os.File, error) {
	f, err := os.Create(path) // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return nil, err
	}
	good := false
	defer func() {
		if !good {
			f.Close()
		}
	}()
	if _, err := f.Write(header); err != nil {
		return nil, err
	}
	good = true
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return f, nil
}

// Late is fine: it does so when nothing fails any more.
func Late(path string, header []byte) (*os.File, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	undo := true
	defer func() {
		if undo {
			f.Close()
		}
	}()
	if _, err := f.Write(header); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	undo = false
	return f, nil
}

// Asked is fine: what the flag is depends on the caller.
func Asked(path string, keep bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	done := keep
	defer func() {
		if !done {
			f.Close()
		}
	}()
	_, err = io.Copy(io.Discard, f)
	return err
}

// Itself is fine: where it closes the file itself the literal need not.
func Itself(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			f.Close()
		}
	}()
	if _, err := io.Copy(io.Discard, f); err != nil {
		return err
	}
	closed = true
	if err := f.Close(); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return os.Remove(path)
}

// Both leaks where the flag is set on one of the ways alone.
func Both(path string, small bool) error {
	f, err := os.Open(path) // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			f.Close()
		}
	}()
	if small {
		done = true
	}
	_, err = io.Copy(io.Discard, f)
	return err
}

// Fine: nobody comes there.
func off(path string) (f *os.File, err error) {
	defer func() { println(path, f != nil, err != nil) }()
	f, err = os.Open(path)
	if err != nil {
		return nil, err
	}
	if false {
		if _, err = f.Stat(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Given is fine: it closes what it has opened itself.
func Given(f *os.File, path string) (*os.File, error) {
	out := f
	if f != nil {
		path = f.Name()
	} else {
		var err error
		if out, err = os.Create(path); err != nil {
			return nil, err
		}
	}
	if _, err := out.WriteString(path); err != nil {
		if f == nil {
			out.Close()
		}
		return nil, err
	}
	return out, nil
}

// Other leaks: it closes what it was given.
func Other(f *os.File, path string) (*os.File, error) {
	out := f
	if f == nil {
		var err error
		if out, err = os.Create(path); err != nil { // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
			return nil, err
		}
	}
	if _, err := out.WriteString(path); err != nil {
		if f != nil {
			out.Close()
		}
		return nil, err
	}
	return out, nil
}
