// Package pack compresses.
package pack

import (
	"compress/gzip"
	"io"
)

// Pack returns what is read from r in compressed form.
func Pack(r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		zip := gzip.NewWriter(in)
		_, err := io.Copy(zip, r)
		if err == nil {
			err = zip.Close()
		}
		in.CloseWithError(err)
	}()
	return out
}
