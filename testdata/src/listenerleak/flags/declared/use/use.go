// Package use registers with pairs that only the user knows.
package use

import "example.com/declared/bus"

// Leaks: declared pairs are asked about in constructors, too.
func NewEar(b *bus.Bus, name string, ear func()) {
	b.Tell(name, ear) // want `listener added by Tell is never removed by Forget; held by b \(listenerleak/never-removed, latent\)`
}

func Note(name string, ear func()) {
	bus.Mind(name, ear) // want `listener added by Mind is never removed by Drop; held by package bus \(listenerleak/never-removed, latent\)`
}

func Enter(b *bus.Box[int], ch chan int, ok func() bool) {
	t := b.Enter(ch) // want `listener added by Enter is not removed on every path; held by b \(listenerleak/not-removed-on-path\)`
	if !ok() {
		return
	}
	t.Discard()
}

func Dropped(b *bus.Box[string], ch chan string) {
	b.Enter(ch) // want `result of Enter is dropped, and with it the means to undo it; held by b \(listenerleak/handle-discarded, latent\)`
}

// Fine: what is done.
func Entered(b *bus.Box[int], ch chan int) {
	defer b.Enter(ch).Discard()
	<-ch
}

// Fine: once code.
func init() {
	bus.Mind("init", func() {})
}
