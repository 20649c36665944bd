// Package detached makes calls that go on when nobody waits for them.
package detached

import (
	"context"
	"net/http"
	"time"
)

// An API asks others.
type API struct {
	ask func(ctx context.Context) (int, error)
}

func (a *API) Next(w http.ResponseWriter, r *http.Request) {
	got := make(chan int, 1)
	go func() { // want `goroutine goes on when the function has left with its context \(goroutineleak/detached-call\)`
		n, _ := a.ask(context.WithoutCancel(r.Context()))
		got <- n
	}()
	select {
	case <-got:
	case <-r.Context().Done():
	}
}

func (a *API) Bound(w http.ResponseWriter, r *http.Request) {
	got := make(chan int, 1)
	go func() {
		n, _ := a.ask(r.Context())
		got <- n
	}()
	select {
	case <-got:
	case <-r.Context().Done():
	}
}

func (a *API) Limited(w http.ResponseWriter, r *http.Request) {
	got := make(chan int, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		n, _ := a.ask(ctx)
		got <- n
	}()
	select {
	case <-got:
	case <-r.Context().Done():
	}
}

func (a *API) Waits(w http.ResponseWriter, r *http.Request) {
	got := make(chan int, 1)
	go func() {
		n, _ := a.ask(context.Background())
		got <- n
	}()
	<-got
}
