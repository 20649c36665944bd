// Package wrapped has a handler in another one.
package wrapped

import (
	"io"
	"net/http"
)

// inner is fine: what wraps it puts a limit on what it reads.
func inner(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(req.Body)
	w.Write(data)
}

func other(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(req.Body) // want `request body is read whole`
	w.Write(data)
}

func Routes(mux *http.ServeMux) {
	mux.Handle("/inner", http.MaxBytesHandler(http.HandlerFunc(inner), 1<<20))
	mux.HandleFunc("/other", other)
}
