// Package each starts something for each name, and ends it when the name goes.
package each

import (
	"context"
	"sync"

	"example.com/listeners/bus"
)

// A Rack runs a probe for each name.
type Rack struct {
	mu    sync.Mutex
	topic *bus.Topic
	ends  map[string]context.CancelFunc
}

type probe struct{ got chan []byte }

// Leaks with each name: the probe ends, and the topic keeps it.
func newProbe(t *bus.Topic) (*probe, error) {
	p := &probe{make(chan []byte, 16)}
	_, err := t.Subscribe(func(b []byte) { p.got <- b }) // want `result of Subscribe is dropped, and with it the means to undo it; held by t \(listenerleak/handle-discarded\)`
	return p, err
}

func (p *probe) run(ctx context.Context) {
	for {
		select {
		case <-p.got:
		case <-ctx.Done():
			return
		}
	}
}

func (r *Rack) Sync(name string, wanted bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	end, ok := r.ends[name]
	switch {
	case ok && !wanted:
		end()
		delete(r.ends, name)
	case !ok && wanted:
		p, err := newProbe(r.topic)
		if err != nil {
			return err
		}
		ctx, end := context.WithCancel(context.Background())
		r.ends[name] = end
		go p.run(ctx)
	}
	return nil
}
