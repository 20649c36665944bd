// Package prometheus has what the real one has to register metrics.
package prometheus

type Collector interface{ Collect(chan<- float64) }

type Registerer interface {
	Register(Collector) error
	MustRegister(...Collector)
	Unregister(Collector) bool
}

type Counter struct{ n float64 }

func (c *Counter) Inc()                      { c.n++ }
func (c *Counter) Collect(ch chan<- float64) { ch <- c.n }
