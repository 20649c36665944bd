// Package callers shows what keys are by its own calls.
package callers

import (
	"net/http"
	"reflect"
	"runtime"
	"strconv"
)

type Stats struct{ calls map[string]int }

var stats = Stats{calls: map[string]int{}}

// Latent: all that the package counts has a name in the program.
func (s *Stats) Inc(api string) { s.calls[api]++ } // want `globalgrowth/map-only-grows, latent`

func counted(api string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		stats.Inc(api)
		h(w, r)
	}
}

func Routes(mux *http.ServeMux, get, put http.HandlerFunc) {
	mux.HandleFunc("GET /", counted("get", get))
	mux.HandleFunc("PUT /", counted("put:"+strconv.Itoa(2), put))
}

var timings = map[string]int{}

// Fine: the program has so many functions.
func Timed(h http.HandlerFunc) {
	name := runtime.FuncForPC(reflect.ValueOf(h).Pointer()).Name()
	timings[name]++
}

var tenants = Stats{calls: map[string]int{}}

func (s *Stats) note(tenant string) { s.calls[tenant]++ } // want `globalgrowth/map-only-grows, latent`

func Tenant(name string) { tenants.note("tenant " + name) }

var debug = map[string]int{}

// Code in the making: whoever calls it will have names enough.
func dump(name string) { debug[name]++ } // want `package variable debug`

var rounds = map[int]string{}

// The numbers never end, though each begins with a constant.
func Rounds(lines <-chan string) {
	n := 0
	for line := range lines {
		n++
		rounds[n] = line // want `package variable rounds`
	}
}

var turns int

var byTurn = map[int]string{}

func Turn(what string) {
	turns++
	byTurn[turns] = what // want `package variable byTurn`
}
