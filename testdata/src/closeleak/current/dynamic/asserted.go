package dynamic

import "os"

// pick returns one of two functions, which have not the same results.
func pick(sure bool) interface{} {
	if sure {
		return func(string) *os.File { return os.Stdin }
	}
	return func(name string) (*os.File, error) { return os.Open(name) }
}

// Asserted calls the one of them that has an error.
func Asserted(name string) error {
	open := pick(name == "").(func(string) (*os.File, error))
	f, err := open(name) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	if name == "-" {
		return nil
	}
	return f.Close()
}
