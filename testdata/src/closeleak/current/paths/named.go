package paths

import (
	"fmt"
	"io"
	"os"
)

// Fine: the variable that the deferred literal asks is what the function has just returned.
func save(name string, get func() (io.Reader, error)) (err error) {
	var f *os.File
	if f, err = os.Create(name); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	var r io.Reader
	if r, err = get(); err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Close()
}

func with(err, other error) error { return fmt.Errorf("%w, then %w", err, other) }

// Fine: what is made of an error is one.
func saveOrTell(name string, fill func(io.Writer) error) (failed error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if failed != nil {
			f.Close()
		}
	}()
	if err := fill(f); err != nil {
		return with(err, os.Remove(name))
	}
	return f.Close()
}
