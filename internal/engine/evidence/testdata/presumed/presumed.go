// Package presumed calls what is presumed to be called by everybody.
package presumed

import (
	"net/http"

	"example.com/evidence/presumed/pool"
)

var shared = open()

func open() *pool.Pool {
	pool.Start()
	p := pool.New()
	p.Watch()
	return p
}

// A server proves it.
func handle(w http.ResponseWriter, r *http.Request) {
	pool.Start() // want `manifest handler told by Start`
	p := pool.New()
	defer p.Close()
	p.Watch() // want `manifest handler told by Watch`
}

// And this is presumed once more.
func Serve() {
	pool.One() // want `manifest api presumed Serve told by both`
}
