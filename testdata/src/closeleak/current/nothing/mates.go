package nothing

import (
	"io"
	"os/exec"
)

// piped returns a command that runs, and what it writes.
func piped(name string) (*exec.Cmd, io.ReadCloser, io.ReadCloser, error) {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, nil, err
	}
	return cmd, out, errs, nil
}

// Fine: when the command is waited for, the pipes are closed.
func run(name string) ([]byte, error) {
	cmd, out, _, err := piped(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(out)
	if err != nil {
		return nil, err
	}
	return text, cmd.Wait()
}

// A shelf has books, and hands them out.
type shelf interface {
	Book(name string) (io.ReadCloser, error)
}

// from returns a book, and its name.
func from(s shelf, name string) (io.ReadCloser, string, error) {
	book, err := s.Book(name)
	return book, name, err
}

func has(s shelf, name string) (string, error) {
	_, name, err := from(s, name) // want `io.ReadCloser is never closed`
	if err != nil {
		return "", err
	}
	return name, nil
}
