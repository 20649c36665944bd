// Package many shows what has many values.
package many

import (
	"encoding/json"
	"io"
	"math/rand"
	"net/http"
	"reflect"
	"time"
)

func keepKey(key any) {}

type message struct {
	From string
	kind kind
}

type kind int

func handle(w http.ResponseWriter, r *http.Request) {
	keepKey("one")
	keepKey(r.Method)
	keepKey(reflect.TypeOf(r))
	keepKey(r.URL.Path)               // want `manifest handler request`
	keepKey(rand.Int())               // want `manifest handler random`
	keepKey(time.Now())               // want `manifest handler clock`
	keepKey(decoded(r.Body).From)     // want `manifest handler (input|request)`
	copied(*r)                        //
	passed(message{From: r.URL.Path}) //
}

func decoded(body io.Reader) (m message) {
	json.NewDecoder(body).Decode(&m)
	return m
}

func copied(r http.Request) {
	other := r
	keepKey(other.Host) // want `manifest handler request`
}

func passed(m message) {
	whole := m
	keepKey(whole.From) // want `manifest handler request`
	keepKey(whole.kind)
}

func received(ch chan message) {
	for m := range ch {
		keepKey(m.From) // want `manifest loop input`
	}
}

func counted() {
	for i := 0; ; i++ {
		keepKey(i) // want `manifest loop counter`
	}
}

// Keys that callers choose are theirs to show.
func Chosen(key string) {
	keepKey(key) // want `latent`
}
