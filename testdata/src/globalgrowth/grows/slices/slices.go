// Package slices has slices behind package variables that are only appended to.
package slices

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

var errors []error

func Fail(err error) {
	errors = append(errors, err) // want `slice grows and is never cut; held by package variable errors \(globalgrowth/slice-only-grows\)`
}

// Errors hands out a copy of the slice's header: nobody can cut the variable.
func Errors() []error { return errors }

var sorted []string

func Insert(s string) {
	at, _ := slices.BinarySearch(sorted, s)
	sorted = slices.Insert(sorted, at, s) // want `package variable sorted`
}

var temperatures []float64

func init() { go measure(time.Tick(time.Second)) }

// measure runs once, but its loop has no end.
func measure(tick <-chan time.Time) {
	for range tick {
		temperatures = append(temperatures, 20) // want `package variable temperatures`
	}
}

var notes []string

// Note asks for the length only to complain.
func Note(s string) {
	if len(notes) > 1000 {
		fmt.Println("many notes")
	}
	notes = append(notes, s) // want `package variable notes`
}

var byKind = map[string][]string{}

// Sort has two keys, but the lists under them have no bound.
func Sort(s string, good bool) {
	if good {
		byKind["good"] = append(byKind["good"], s) // want `slice grows and is never cut; held by package variable byKind`
		return
	}
	byKind["bad"] = append(byKind["bad"], s)
}

var batches = map[string][]string{}

// Batch is emptied when it is full.
func Batch(s string, flush func([]string)) {
	batches["all"] = append(batches["all"], s)
	if len(s) == 0 {
		full := batches["all"]
		batches["all"] = nil
		flush(full)
	}
}

var hooks []func()

// OnEvent is given what it keeps: that is what it is for, and whoever calls it
// again and again leaks.
func OnEvent(f func()) {
	hooks = append(hooks, f)
}

func Event() {
	for _, f := range hooks {
		f()
	}
}

var masked []string

// Mask adds what is new: callers may have few.
func Mask(secret string) {
	if slices.Contains(masked, secret) {
		return
	}
	masked = append(masked, secret) // want `globalgrowth/slice-only-grows, latent`
}

type token interface{ write() string }

type text string

func (t text) write() string { return string(t) }

var comma token = text(",")

// A Query has tokens.
type Query struct{ where []token }

// A group is a token that has others in it.
type group struct{ inner []token }

func (g *group) write() string { return "(" }

// last returns the list in the token at the end, if it has one.
func (q *Query) last() *[]token {
	if n := len(q.where); n > 0 {
		if g, ok := q.where[n-1].(*group); ok {
			return &g.inner
		}
	}
	return &q.where
}

// Or is fine: the variable is in the list, and has none.
func (q *Query) Or() {
	list := q.last()
	*list = append(*list, comma)
}

var latest []string

// Push puts what is new in front.
func Push(w http.ResponseWriter, r *http.Request) {
	latest = append([]string{r.URL.Path}, latest...) // want `slice grows and is never cut; held by package variable latest \(globalgrowth/slice-only-grows\)`
}

var shown []string

// Show is fine: what is in front takes the place of all.
func Show(w http.ResponseWriter, r *http.Request) {
	shown = append([]string{r.URL.Path}, r.Header.Values("Accept")...)
}
