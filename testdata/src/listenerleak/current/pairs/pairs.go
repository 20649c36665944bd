// Package pairs registers listeners that only the other half of a pair takes
// off again.
package pairs

import (
	"fmt"
	"net/http"

	"example.com/listeners/bus"
)

// Leaks: one listener per request stays on the emitter of the process.
func Handle(w http.ResponseWriter, r *http.Request) {
	bus.Default.On("done", func(s string) { // want `listener added by On is never removed by Off.*listenerleak/never-removed`
		fmt.Fprintln(w, s)
	})
}

// Leaks: the view listens to the configuration it is given, and its Close
// does not take it off.
type View struct {
	cfg  *bus.Config
	seen []string
}

func NewView(cfg *bus.Config) *View {
	v := &View{cfg: cfg}
	cfg.AddListener(v) // want `listenerleak/never-removed`
	return v
}

func (v *View) Changed(key string) { v.seen = append(v.seen, key) }
func (v *View) Close()             { v.seen = nil }

// Latent: a package-level function of a pair.
func Job(name string, run func()) {
	bus.Register("job "+name, run) // want `never removed by Unregister.*listenerleak/never-removed, latent`
	run()
}

// Leaks: in a loop without a bound, also in a function named like set-up.
func Serve(conns <-chan *View, cfg *bus.Config) {
	for v := range conns {
		cfg.AddListener(v) // want `listenerleak/never-removed`
	}
}
