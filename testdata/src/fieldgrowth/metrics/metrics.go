// Package metrics has metrics in fields.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// A Server counts.
type Server struct {
	paths *prometheus.CounterVec
	codes *prometheus.CounterVec
	size  *prometheus.CounterVec
	age   *prometheus.CounterVec
	depth *prometheus.CounterVec
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.paths.WithLabelValues(r.URL.Path).Inc() // want `metric gets ever new labels; held by Server.paths \(fieldgrowth/only-grows\)`
	s.codes.WithLabelValues("200").Inc()
}

// Update leaks the ages of what Remove removes.
func (s *Server) Update(name string) {
	s.size.WithLabelValues(name).Inc()
	s.age.WithLabelValues(name).Inc() // want `labels stay when they are deleted of the metric beside; held by Server.age \(fieldgrowth/labels-not-deleted\)`
	s.depth.WithLabelValues(name).Inc()
}

func (s *Server) Remove(name string) {
	s.size.DeleteLabelValues(name)
	forget(s.depth, name)
}

func forget(v *prometheus.CounterVec, name string) {
	v.DeletePartialMatch(prometheus.Labels{"name": name})
}
