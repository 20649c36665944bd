package paths

import (
	"errors"
	"os"
	"os/exec"
)

// A session reads from what it wraps, and closes that.
type session struct{ f *os.File }

func (s *session) next() ([]byte, error) {
	b := make([]byte, 16)
	_, err := s.f.Read(b)
	return b, err
}

func (s *session) Close() error { return s.f.Close() }

type source interface {
	next() ([]byte, error)
	Close() error
}

// all closes a source, whatever is behind it.
func drained(s source, use func([]byte)) error {
	for {
		b, err := s.next()
		if err != nil {
			return errors.Join(err, s.Close())
		}
		use(b)
	}
}

// played is fine: the file goes with what wraps it.
func played(path string, use func([]byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return drained(&session{f}, use)
}

// A finisher may be what closes it, and nothing else is there to do so.
type finisher interface{ Finish() error }

func finished(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return newFinisher(f).Finish()
}

var newFinisher func(*os.File) finisher

// abandon waits for a process, and says so by what it does.
func abandon(c *exec.Cmd) {
	c.Process.Kill()
	c.Wait()
}

func process(name string, ok func() error) error {
	c := exec.Command(name)
	if err := c.Start(); err != nil {
		return err
	}
	if err := ok(); err != nil {
		abandon(c)
		return err
	}
	return c.Wait()
}

// closeAll does not close the file: what it is called closes nothing.
func closeAll(f *os.File) string { return f.Name() }

func misnamed(path string) string {
	f, err := os.Open(path) // want `file is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return ""
	}
	return closeAll(f)
}
