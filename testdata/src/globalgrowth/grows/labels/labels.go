// Package labels has metrics of the module's own kind.
package labels

import (
	"net/http"

	"example.com/grows/labels/stub/family"
)

var (
	paths = family.New()
	verbs = family.New()
	peers = family.New()
)

func Serve(w http.ResponseWriter, r *http.Request) {
	paths.With(map[string]string{"path": r.URL.Path}).Inc() // want `metric gets ever new labels; held by package variable paths \(globalgrowth/container-only-grows\)`
	verb := "put"
	if r.Method == http.MethodGet {
		verb = "get"
	}
	verbs.With(map[string]string{"verb": verb}).Inc()
	peer := map[string]string{"peer": r.RemoteAddr}
	peers.With(peer).Inc()
	defer peers.Delete(peer)
}
