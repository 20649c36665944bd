// Package meter keeps the meters that it makes.
package meter

type Meter struct{ values []float64 }

var all []*Meter

func New() *Meter {
	m := new(Meter)
	all = append(all, m) // the package calls it itself, and only when it is initialised
	return m
}

func (m *Meter) Mark(v float64) { m.values = append(m.values, v) }

func Report(each func([]float64)) {
	for _, m := range all {
		each(m.values)
		m.values = nil
	}
}

var own = New()

func Own(v float64) { own.Mark(v) }
