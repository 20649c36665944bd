// Package far gives a function of another package what it needs to leak.
package far

import (
	"net/http"

	"example.com/evidence/far/store"
)

func handle(w http.ResponseWriter, r *http.Request) {
	store.Put(&store.Entry{Name: r.URL.Path, Kind: "path"}) // want `manifest handler request by put`
	store.Put(&store.Entry{Name: "index", Kind: r.URL.Path})
	store.Silent(&store.Entry{Name: r.URL.Path})
	through(&store.Entry{Name: r.Host})
}

type userKey struct{}

// What is found in a context may be one of a few.
func count(w http.ResponseWriter, r *http.Request) {
	store.Count(r.UserAgent()) // want `manifest handler request by Count`
	user, _ := r.Context().Value(userKey{}).(string)
	store.Count(user)
}

func through(e *store.Entry) {
	store.Put(e) // want `manifest handler request by put`
}

type putter interface{ Put(name string) }

type impl struct{}

func (impl) Put(name string) {
	store.Put(&store.Entry{Name: name}) // want `manifest handler request by put`
}

var keeper putter = impl{}

func handleOther(w http.ResponseWriter, r *http.Request) {
	keeper.Put(r.RemoteAddr)
}

func keep() {}

func handleMade(w http.ResponseWriter, r *http.Request) {
	store.Get("bus", func() any {
		keep() // want `latent`
		return nil
	})
	store.Do(func() {
		keep() // want `manifest handler`
	})
}
