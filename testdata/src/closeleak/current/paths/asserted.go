package paths

import (
	"io"
	"net/http"
	"os"
)

// Fine: what is asserted to be a file is the one that was opened.
func names(path string, in http.FileSystem) ([]string, error) {
	dir, err := os.Open(path)
	if err != nil && in != nil {
		there, err := in.Open(path)
		if err != nil {
			return nil, err
		}
		dir = there.(*os.File)
	} else if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(0)
}

// The other one is closed.
func size(path string, in http.FileSystem) (int64, error) {
	there, err := in.Open(path) // want `file is not closed on every path`
	if err != nil {
		return 0, err
	}
	dir, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	n, err := io.Copy(io.Discard, there)
	if err != nil {
		return 0, err
	}
	return n, there.Close()
}

var _, _ = names, size
