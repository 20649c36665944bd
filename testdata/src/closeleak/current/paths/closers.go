package paths

import (
	"io"
	"os"
)

// To is fine: there is a function that closes the file where there is one.
func To(name string, lines []string) error {
	var done func() error
	var out io.Writer = io.Discard
	if name != "" {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		out, done = f, f.Close
	}
	for _, line := range lines {
		if _, err := io.WriteString(out, line); err != nil {
			if done != nil {
				done()
			}
			return err
		}
	}
	if done != nil {
		return done()
	}
	return nil
}

// Logged is fine: the function is a literal.
func Logged(name, line string) error {
	var done func()
	var out io.Writer = io.Discard
	if name != "" {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		out = f
		done = func() {
			println(name, f.Close() == nil)
		}
	}
	_, err := io.WriteString(out, line)
	if done != nil {
		done()
	}
	return err
}

// Partly leaks: the function is not always there.
func Partly(name, line string, once bool) error {
	f, err := os.Create(name) // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
	if err != nil {
		return err
	}
	var done func() error
	if once {
		done = f.Close
	}
	_, err = io.WriteString(f, line)
	if done != nil {
		done()
	}
	return err
}
