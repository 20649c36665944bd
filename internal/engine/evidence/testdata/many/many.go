// Package many shows what has many values.
package many

import (
	"encoding/json"
	"io"
	"math/rand"
	"net"
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

type job struct {
	id    string
	queue string
	tries uint16
	err   error
}

func newJob(r *http.Request, queue string) (*job, error) {
	j := &job{id: r.URL.Path, queue: queue}
	if r.Body == nil {
		return nil, io.EOF
	}
	return j, nil
}

// What a function returns is followed by its parts.
func parts(w http.ResponseWriter, r *http.Request) {
	j, err := newJob(r, "mails")
	if err != nil {
		return
	}
	keepKey(j.id) // want `manifest handler request`
	keepKey(j.queue)
	keepKey(j.tries)
}

type worker struct {
	jobs  chan *job
	names chan string
}

// What comes over a channel is what is sent on it.
func (w *worker) run() {
	for j := range w.jobs {
		keepKey(j.queue)
		keepKey(<-w.names) // want `manifest loop request`
	}
}

func (w *worker) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.jobs <- &job{queue: "mails"}
	select {
	case w.names <- r.URL.Path:
	default:
	}
}

func received(ch chan message) {
	for m := range ch {
		keepKey(m.From) // want `manifest loop input`
	}
}

// The addresses of the other ends are many, the own ones are not.
func accepted(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		keepKey(c.RemoteAddr().String()) // want `manifest loop conn`
		keepKey(c.LocalAddr().String())
		keepKey(l.Addr().String())
	}
}

func counted() {
	for i := 0; ; i++ {
		keepKey(i) // want `manifest loop counter`
	}
}

func countedAnew(n int, tick chan struct{}) {
	total := 0
	for range tick {
		for i := 0; i < n; i++ {
			keepKey(i)
			keepKey(total) // want `manifest loop counter`
			total++
		}
	}
}

// Keys that callers choose are theirs to show.
func Chosen(key string) {
	keepKey(key) // want `latent`
}

// An exported function adds one more with each call, if the key is another one.
func Draw() {
	keepKey(rand.Int()) // want `manifest api random`
}

func Load(r io.Reader) {
	keepKey(decoded(r).From) // want `latent`
}

// Things that come and go under a key are many, and so is what they are called.
type tail struct{ path string }

var tails = map[string]*tail{}

func Tail(path string) {
	t := &tail{path}
	tails[path] = t
	t.mark()
}

func (t *tail) mark() {
	keepKey(t.path) // want `manifest object entry`
}

func Untail(path string) { delete(tails, path) }

// How often one is used just now says nothing.
var uses = map[string]int{}

func Use(path string) {
	uses[path]++
	keepKey(path) // want `latent`
}

func Unuse(path string) { delete(uses, path) }
