// Package siblings undoes one of several registrations of a kind.
package siblings

import (
	"fmt"

	"example.com/listeners/bus"
)

// A Screen is set up and left any number of times.
type Screen struct {
	value, other *bus.Value
	conf, theme  *bus.Config
	stop         func()
	n            int
}

func (s *Screen) Setup() {
	s.stop = s.value.Watch(func(n int) { s.n = n })
	s.other.Watch(func(n int) { s.n = n }) // want `result of Watch is dropped.*listenerleak/handle-discarded`
	s.conf.AddListener(s)
	s.theme.AddListener(s) // want `listener added by AddListener is never removed by RemoveListener.*listenerleak/never-removed`
}

func (s *Screen) Changed(string) {}

func (s *Screen) Left() {
	s.stop()
	s.conf.RemoveListener(s)
}

// Latent: the sibling below shows how it is done.
func Forever(v *bus.Value) {
	v.Watch(func(n int) { fmt.Println(n) }) // want `listenerleak/handle-discarded, latent`
}

func While(v *bus.Value, f func()) {
	defer v.Watch(func(n int) { fmt.Println(n) })()
	f()
}

// Latent: what is set up here may last as long as the value, whatever others do.
func SetupLog(v *bus.Value) {
	v.Watch(func(n int) { fmt.Println(n) }) // want `listenerleak/handle-discarded, latent`
}

// Latent: the one that is undone was for the set-up alone.
func (s *Screen) Start() {
	ready := make(chan int, 1)
	stop := s.value.Watch(func(n int) { ready <- n })
	s.other.Watch(func(n int) { s.n = n }) // want `listenerleak/handle-discarded, latent`
	<-ready
	stop()
}
