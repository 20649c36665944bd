// Package typed pairs methods by what they take and do: their names say nothing.
package typed

import (
	"net/http"
	"sync"
)

// A Mill tells whoever has a spout of it.
type Mill struct {
	mu     sync.Mutex
	spouts map[chan string]bool
}

func (m *Mill) Spout() chan string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch := make(chan string, 4)
	m.spouts[ch] = true
	return ch
}

func (m *Mill) Plug(ch chan string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.spouts, ch)
}

func (m *Mill) Grind(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ch := range m.spouts {
		select {
		case ch <- s:
		default:
		}
	}
}

// A Kiln tells on channels that it is given.
type Kiln struct{ doors []chan<- int }

func (k *Kiln) Open(ch chan<- int) { k.doors = append(k.doors, ch) }

func (k *Kiln) Shut(ch chan<- int) {
	for i, door := range k.doors {
		if door == ch {
			k.doors[i] = k.doors[len(k.doors)-1]
			k.doors = k.doors[:len(k.doors)-1]
			return
		}
	}
}

func (k *Kiln) Fire(n int) {
	for _, ch := range k.doors {
		ch <- n
	}
}

// A Queue is none: what is put in comes out by itself.
type Queue struct{ waiting []chan int }

func (q *Queue) Wait() chan int {
	ch := make(chan int, 1)
	q.waiting = append(q.waiting, ch)
	return ch
}

func (q *Queue) Next(n int) {
	ch := q.waiting[0]
	q.waiting = q.waiting[1:]
	ch <- n
}

type Server struct {
	mill  *Mill
	kiln  *Kiln
	queue *Queue
}

// Leaks: the way out by the request does not plug it.
func (s *Server) Follow(w http.ResponseWriter, r *http.Request) {
	ch := s.mill.Spout() // want `listener added by Spout is not removed on every path.*listenerleak/not-removed-on-path`
	for {
		select {
		case text := <-ch:
			if text == "" {
				s.mill.Plug(ch)
				return
			}
			w.Write([]byte(text))
		case <-r.Context().Done():
			return
		}
	}
}

// Leaks: nothing plugs it.
func (s *Server) First(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte(<-s.mill.Spout())) // want `result of Spout is not used to undo it.*listenerleak/handle-discarded`
}

// Fine.
func (s *Server) Ten(w http.ResponseWriter, r *http.Request) {
	ch := s.mill.Spout()
	defer s.mill.Plug(ch)
	for range 10 {
		w.Write([]byte(<-ch))
	}
}

// Leaks: an open door for each request.
func (s *Server) Heat(w http.ResponseWriter, r *http.Request) {
	ch := make(chan int, 1)
	s.kiln.Open(ch) // want `listener added by Open is never removed by Shut.*listenerleak/never-removed`
	w.WriteHeader(<-ch)
}

// Fine.
func (s *Server) Warm(w http.ResponseWriter, r *http.Request) {
	ch := make(chan int, 1)
	s.kiln.Open(ch)
	defer s.kiln.Shut(ch)
	w.WriteHeader(<-ch)
}

// Fine: it is taken out when it is served.
func (s *Server) Turn(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(<-s.queue.Wait())
}
