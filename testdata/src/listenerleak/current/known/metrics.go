package known

import "github.com/prometheus/client_golang/prometheus"

// Leaks: each pool leaves its counter with the registry.
type Pool struct {
	gets *prometheus.Counter
	open bool
}

func NewPool(reg prometheus.Registerer) *Pool {
	p := &Pool{gets: new(prometheus.Counter), open: true}
	if reg != nil {
		reg.MustRegister(p.gets) // want `listener added by MustRegister is never removed by Unregister; held by reg \(listenerleak/never-removed\)`
	}
	return p
}

func (p *Pool) Close() { p.open = false }

// Leaks: the same, with an error.
type Ring struct {
	gets *prometheus.Counter
	open bool
}

func NewRing(reg prometheus.Registerer) (*Ring, error) {
	r := &Ring{gets: new(prometheus.Counter), open: true}
	if err := reg.Register(r.gets); err != nil { // want `listener added by Register is never removed by Unregister`
		return nil, err
	}
	return r, nil
}

func (r *Ring) Close() { r.open = false }
