// Command events is told of events by another package.
package main

import "example.com/grows/events/wire"

var (
	seen    = make(map[string]bool)
	kinds   = make(map[uint8]int)
	names   = make(map[string]int)
	history []wire.Event
	first   []wire.Event
	reasons []error
	asked   []wire.Event
	all     []wire.Event
)

type app struct{ name string }

// Leaks: an entry for each event, though it is registered once.
func (a *app) note(e wire.Event) {
	seen[e.ID] = true // want `map-only-grows`
	kinds[e.Kind]++   // fine: there are few
	names[a.name]++   // want `map-only-grows, latent`
}

func main() {
	w, a := wire.New(), &app{"app"}
	w.Subscribe(a.note)
	w.Subscribe(func(e wire.Event) {
		history = append(history, e) // want `slice-only-grows`
	})
	// Latent: the first event is the last one that it is told of.
	var cancel func()
	cancel = w.Subscribe(func(e wire.Event) {
		first = append(first, e) // want `slice-only-grows, latent`
		cancel()
	})
	// Latent: it ends once, as far as that tells.
	w.OnEnd(func(err error) {
		reasons = append(reasons, err) // want `slice-only-grows, latent`
	})
	// Latent: it is asked for something, who knows how often.
	w.Hook(func(e wire.Event) string {
		asked = append(asked, e) // want `slice-only-grows, latent`
		return e.ID
	})
	// Fine: nothing is registered.
	w.Each(func(e wire.Event) {
		all = append(all, e)
	})
	w.Send(wire.Event{ID: "start"})
}
