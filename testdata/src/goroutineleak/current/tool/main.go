// Command tool logs what fails until it has done all.
package main

import (
	"context"
	"log"
	"net/http"
	"time"
)

type Camera struct{ shoot func() error }

// Fine: nobody else can call it, and all is logged.
func (c *Camera) Record(ctx context.Context) <-chan error {
	errs := make(chan error)
	go func() {
		for {
			select {
			case <-ctx.Done():
				close(errs)
				return
			case <-time.After(time.Second):
				if err := c.shoot(); err != nil {
					errs <- err
				}
			}
		}
	}()
	return errs
}

// Follow is not fine: who calls it may leave.
func (c *Camera) Follow(ctx context.Context) <-chan error {
	errs := make(chan error)
	go func() {
		for {
			select {
			case <-ctx.Done():
				close(errs)
				return
			case <-time.After(time.Second):
				if err := c.shoot(); err != nil {
					errs <- err // want `send on errs does not look at what ends the goroutine \(goroutineleak/bare-send\)`
				}
			}
		}
	}()
	return errs
}

func (c *Camera) film(ctx context.Context, play func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	errs := c.Record(ctx)
	go func() {
		for err := range errs {
			log.Print(err)
		}
	}()
	for play() {
	}
	cancel()
	<-errs
}

// The goroutine that logs is not always there.
func (c *Camera) live(ctx context.Context, play func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := c.Follow(ctx)
	if !play() {
		<-errs
		return
	}
	go func() {
		for err := range errs {
			log.Print(err)
		}
	}()
	for play() {
	}
}

func main() {
	c := &Camera{shoot: func() error { return nil }}
	http.HandleFunc("/film", func(w http.ResponseWriter, r *http.Request) {
		c.film(r.Context(), func() bool { return r.FormValue("more") != "" })
	})
	http.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {
		c.live(r.Context(), func() bool { return r.FormValue("more") != "" })
	})
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
