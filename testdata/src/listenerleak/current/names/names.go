// Command names registers under names, and undoes some.
package main

import "example.com/listeners/bus"

// A Lamp is switched on and off.
type Lamp struct{ n int }

func (l *Lamp) on(ch <-chan *Lamp) {
	for l := range ch {
		bus.Default.On("dim", func(string) { l.n-- })
		bus.Default.On("bright", func(string) { l.n++ }) // want `listener added by On is never removed by Off.*listenerleak/never-removed`
	}
}

func (l *Lamp) off() { bus.Default.Off("dim") }

func main() {
	l := new(Lamp)
	ch := make(chan *Lamp)
	go l.on(ch)
	for range ch {
		l.off()
	}
	// Once, at the end: that undoes one of many.
	conf := new(bus.Config)
	defer conf.RemoveListener(l)
	for l := range ch {
		watch(conf, l)
	}
}

func watch(conf *bus.Config, l *Lamp) {
	conf.AddListener(l) // want `listener added by AddListener is never removed by RemoveListener`
}

func (l *Lamp) Changed(string) {}
