// Package whole reads what it is given.
package whole

import (
	"encoding/json"
	"io"
	"net/http"
)

// Bytes is fine: its caller knows what it gives.
func Bytes(r io.Reader) ([]byte, error) { return io.ReadAll(r) }

// Value is fine, too.
func Value(r io.Reader, v any) error { return json.NewDecoder(r).Decode(v) }

// Head is fine: it reads a kilobyte.
func Head(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, 1<<10)) }

// Limit puts a limit on a request.
func Limit(w http.ResponseWriter, req *http.Request) {
	req.Body = http.MaxBytesReader(w, req.Body, 1<<20)
}
