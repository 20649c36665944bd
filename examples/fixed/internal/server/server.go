// Package server is the chat as a handler of HTTP.
package server

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"

	"example.com/fixed/internal/bus"
	"example.com/fixed/internal/files"
	"example.com/fixed/internal/history"
	"example.com/fixed/internal/metrics"
	"example.com/fixed/session"
)

// audit says who asked for what.
var audit history.Log

// A Server is a chat.
type Server struct {
	mux    *http.ServeMux
	bus    *bus.Bus
	online *session.Online
	files  *files.Store
}

// New returns a chat that keeps files in a folder.
func New(dir string) *Server {
	s := &Server{
		mux:    http.NewServeMux(),
		bus:    bus.New(),
		online: session.NewOnline(),
		files:  files.NewStore(dir),
	}
	s.mux.HandleFunc("GET /rooms/{room}", s.read)
	s.mux.HandleFunc("POST /rooms/{room}", s.post)
	s.mux.HandleFunc("POST /files/{name}", s.upload)
	s.mux.HandleFunc("GET /files/{id}", s.describe)
	s.mux.HandleFunc("GET /files/{id}/gzip", s.download)
	s.mux.HandleFunc("DELETE /files/{id}", s.remove)
	s.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) { metrics.Write(w) })
	s.mux.HandleFunc("GET /audit", func(w http.ResponseWriter, r *http.Request) {
		if _, err := audit.WriteTo(w); err != nil {
			log.Print(err)
		}
	})
	return s
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	metrics.Count(r)
	audit.Add(r.Method + " " + r.URL.Path)
	s.mux.ServeHTTP(w, r)
}

// read streams what is said in a room, until the client goes away or somebody
// interrupts the server, which waits for streams to end.
func (s *Server) read(w http.ResponseWriter, r *http.Request) {
	user := r.FormValue("user")
	if user == "" {
		http.Error(w, "who are you?", http.StatusBadRequest)
		return
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt)
	defer signal.Stop(end)

	in := session.Open(s.bus, s.online, r.PathValue("room"), user)
	defer in.Close()
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case m := <-in.Messages():
			data, err := json.Marshal(m)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", data)
		case <-end:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// post says something in a room. A client need not wait until all have heard it.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	m := bus.Message{Room: r.PathValue("room"), From: r.FormValue("user"), Text: r.FormValue("text")}
	said := make(chan bool, 1)
	go func() {
		s.bus.Publish(m)
		said <- true
	}()
	select {
	case <-said:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	id, err := s.files.Save(r.PathValue("name"), http.MaxBytesReader(w, r.Body, 32<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintln(w, id)
}

func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	text := s.files.Describe(r.PathValue("id"))
	if text == "" {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintln(w, text)
}

func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	c, err := s.files.Compress(r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/gzip")
	if _, err := c.WriteTo(w); err != nil {
		log.Print(err)
	}
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	if err := s.files.Remove(r.PathValue("id")); err != nil {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
