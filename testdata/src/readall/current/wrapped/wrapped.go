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

// A server has methods as handlers, which need not read themselves.
type server struct{ seen int }

func (s *server) inner(w http.ResponseWriter, req *http.Request) { s.store(req) }

func (s *server) store(req *http.Request) {
	data, _ := io.ReadAll(req.Body)
	s.seen += len(data)
}

func (s *server) other(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(req.Body) // want `request body is read whole`
	s.seen += len(data)
}

func Routes(mux *http.ServeMux) {
	s := new(server)
	mux.Handle("/s/inner", http.MaxBytesHandler(http.HandlerFunc(s.inner), 1<<20))
	mux.HandleFunc("/s/other", s.other)
	mux.Handle("/inner", http.MaxBytesHandler(http.HandlerFunc(inner), 1<<20))
	mux.HandleFunc("/other", other)
}
