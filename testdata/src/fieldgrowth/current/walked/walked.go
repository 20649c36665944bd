// Package walked has an object whose method somebody calls out of a field.
package walked

import (
	"fmt"
	"net/http"
	"strings"
)

// A Walker calls a function for each part of something.
type Walker struct{ each func(any) }

func (w *Walker) Walk(x any) { w.each(x) }

type collector struct {
	lines []string
	walk  *Walker
}

// Latent: what is walked over is not the collector.
func (c *collector) visit(x any) { c.lines = append(c.lines, fmt.Sprint(x)) } // want `held by collector.lines \(fieldgrowth/only-grows, latent\)`

func Lines(x any) string {
	c := &collector{}
	c.walk = &Walker{each: c.visit}
	c.walk.Walk(x)
	return strings.Join(c.lines, "\n")
}

// A Server is walked over for each request.
type Server struct{ name string }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	walk := &Walker{each: func(x any) { fmt.Fprint(w, x) }}
	walk.Walk(s)
}

// A Log writes down what it gets.
type Log struct{ lines []string }

func (l *Log) add(x any) { l.lines = append(l.lines, fmt.Sprint(x)) } // want `held by Log.lines`

func (l *Log) Serve(addr string) error {
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.add(r.URL)
	}))
}
