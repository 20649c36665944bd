// Package foreign has a container that another package of the module makes and
// that only this one has.
package foreign

import (
	"net/http"

	"example.com/grows/foreign/store"
)

var patterns = store.New()

func Pattern(route string) string {
	if p := patterns.Get(route); p != "" {
		return p
	}
	p := "^" + route
	patterns.Set(route, p) // want `held by package variable patterns -> data`
	return p
}

func ServeHTTP(w http.ResponseWriter, r *http.Request) { Pattern(r.URL.Path) }
