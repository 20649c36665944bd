// Package labels has metrics of the module's own kind.
package labels

import (
	"net/http"

	"example.com/fields/labels/stub/tally"
)

// A Shop counts by cart.
type Shop struct {
	carts *tally.Family
	items *tally.Family
	paths *tally.Family
	codes *tally.Family
	query *tally.Query
}

func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cart := r.FormValue("cart")
	if r.Method == http.MethodDelete {
		s.carts.DeleteLabelValues(cart)
		return
	}
	s.carts.WithLabelValues(cart).Inc()
	s.items.WithLabelValues(cart).Inc()       // want `labels stay when they are deleted of the metric beside; held by Shop.items \(fieldgrowth/labels-not-deleted\)`
	s.paths.WithLabelValues(r.URL.Path).Inc() // want `metric gets ever new labels; held by Shop.paths \(fieldgrowth/only-grows\)`
	s.codes.WithLabelValues("200").Inc()
	s.query.With(cart)
}

// A gate has a family that is a part of it.
type gate struct{ peers tally.Family }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.peers.WithLabelValues(r.RemoteAddr).Inc() // want `metric gets ever new labels; held by gate.peers \(fieldgrowth/only-grows\)`
}
