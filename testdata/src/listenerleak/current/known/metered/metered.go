// Package metered takes some of its metrics out again.
package metered

import "github.com/prometheus/client_golang/prometheus"

// Fine: Close takes it out.
type Metered struct {
	gets *prometheus.Counter
	reg  prometheus.Registerer
}

func NewMetered(reg prometheus.Registerer) *Metered {
	m := &Metered{gets: new(prometheus.Counter), reg: reg}
	reg.MustRegister(m.gets)
	return m
}

func (m *Metered) Close() { m.reg.Unregister(m.gets) }

// Leaks: what Metered takes out is another one.
type Ring struct {
	puts *prometheus.Counter
	open bool
}

func NewRing(reg prometheus.Registerer) (*Ring, error) {
	r := &Ring{puts: new(prometheus.Counter), open: true}
	if err := reg.Register(r.puts); err != nil { // want `listener added by Register is never removed by Unregister`
		return nil, err
	}
	return r, nil
}

func (r *Ring) Close() { r.open = false }
