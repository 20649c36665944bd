// Package again shows what repeats.
package again

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

func keep() {}
func add()  {}

// A loop that ends after a few rounds shows nothing.
func loops(ch chan int) {
	for range 3 {
		keep()
	}
	for range ch {
		keep() // want `manifest loop`
	}
}

func init() {
	loops(nil)
	go forEver()
}

func forEver() {
	for {
		keep() // want `manifest loop`
	}
}

func handle(w http.ResponseWriter, r *http.Request) { deep(3) }

// What a handler calls repeats as it does.
func deep(n int) {
	if n > 0 {
		deep(n - 1)
	}
	keep() // want `manifest handler`
}

var once sync.Once

// Once is once, who ever calls it.
func Once() {
	once.Do(func() { keep() })
}

func init() { keep() }

func setUp() { keep() }

func init() { setUp() }

// Exported functions are called, and nobody knows how often.
func Exported() {
	keep() // want `latent`
	add()  // want `manifest api`
}

func nobodyYet() {
	keep() // want `manifest uncalled`
}

// A conn comes and goes: others make it, and close it.
type Conn struct{ n int }

func Open() *Conn {
	c := &Conn{n: 1}
	keep() // want `manifest object`
	return c
}

func (c *Conn) Close() { c.n = 0 }

// A callback of which nothing is known may run once.
func Given(run func(func())) {
	run(func() { keep() }) // want `latent`
}

// Code in the making shows nothing beside callers that are finished.
func inTheMaking() { beside() }

func Finished() { beside() }

func beside() {
	keep() // want `latent`
}

// A list in memory bounds the loop over it, wherever the list is from.
func Decoded(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for range list {
		keep() // want `latent`
	}
	return nil
}

// A stream has no bound.
func Streamed(in io.Reader) error {
	dec := json.NewDecoder(in)
	for {
		var v string
		if err := dec.Decode(&v); err != nil {
			return err
		}
		keep() // want `manifest loop`
	}
}

const debug = false

func debugging() {
	if debug {
		unused()
	}
}

// Nobody calls it, but it is finished.
func unused() {
	keep()
}

// What a function of the package is given runs as often as its loop does.
func work(jobs chan int, do func(int)) {
	for job := range jobs {
		go do(job)
	}
}

func few(do func(int)) {
	for i := range 3 {
		do(i)
	}
}

func init() {
	work(nil, job)
	few(chore)
}

func job(int) {
	keep() // want `manifest loop`
}

func chore(int) { keep() }
