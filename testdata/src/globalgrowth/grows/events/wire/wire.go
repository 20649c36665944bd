// Package wire tells who subscribes of events.
package wire

type Event struct {
	ID   string
	Kind uint8
}

type Wire struct {
	next int
	subs map[int]func(Event)
	ends map[int]func(error)
	ways map[int]func(Event) string
}

func New() *Wire {
	return &Wire{subs: make(map[int]func(Event)), ends: make(map[int]func(error)), ways: make(map[int]func(Event) string)}
}

// Subscribe returns what takes f off again.
func (w *Wire) Subscribe(f func(Event)) (cancel func()) {
	w.next++
	n := w.next
	w.subs[n] = f
	return func() { delete(w.subs, n) }
}

func (w *Wire) OnEnd(f func(error)) int {
	w.next++
	w.ends[w.next] = f
	return w.next
}

func (w *Wire) OffEnd(n int) { delete(w.ends, n) }

func (w *Wire) Hook(f func(Event) string) int {
	w.next++
	w.ways[w.next] = f
	return w.next
}

func (w *Wire) Unhook(n int) { delete(w.ways, n) }

// Each calls f for what there is.
func (w *Wire) Each(f func(Event)) {
	for range w.next {
		f(Event{})
	}
}

func (w *Wire) Send(e Event) {
	for _, f := range w.subs {
		f(e)
	}
}
