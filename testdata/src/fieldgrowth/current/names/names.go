// Package names keeps something under names: of what comes and goes, or of what does it.
package names

import (
	"net/http"
	"sync"
)

type step interface {
	Name() string
	Run() *result
}

type result struct{ data []byte }

// A Runner runs the same steps for each request.
type Runner struct {
	mu    sync.Mutex
	steps []step
	last  map[string]*result
	order []string
}

func (r *Runner) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	for _, s := range r.steps {
		r.run(s)
	}
}

// run is fine with the names: results come and go under those of the steps, which are few.
func (r *Runner) run(s step) {
	name := s.Name()
	res := s.Run()
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.last[name]; !ok {
		r.order = append(r.order, name) // want `slice grows and is never cut; held by Runner.order \(fieldgrowth/only-grows, latent\)`
	}
	r.last[name] = res
}

func (r *Runner) Forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, name)
}

// A Room has those who are in it, and the order in which they came.
type Room struct {
	mu    sync.Mutex
	here  map[string]*result
	order []string
}

func (r *Room) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.enter(q.PathValue("name"))
}

func (r *Room) enter(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.here[name]; !ok {
		r.order = append(r.order, name) // want `slice grows and is never cut; held by Room.order \(fieldgrowth/only-grows\)`
	}
	r.here[name] = new(result)
}

func (r *Room) Leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.here, name)
}
