package summary

import "slices"

// A walker walks by method values that lead to each other.
type walker struct {
	seen  []int
	next  []*walker
	visit func(int) bool
}

// Walk gives its own method to what calls it.
//
// effects(call p0.visit, escape p0, shrink p0.next, replace p0.visit)
func (w *walker) Walk(n int) bool {
	w.visit = w.Other
	return slices.ContainsFunc(w.seen, w.visit) || slices.ContainsFunc(w.seen, w.Walk)
}

// Other does so, too.
//
// effects(call p0.visit, escape p0, shrink p0.next, replace p0.visit)
func (w *walker) Other(n int) bool {
	w.visit = w.Walk
	clear(w.next)
	return slices.ContainsFunc(w.seen, w.visit) || slices.ContainsFunc(w.seen, w.Other)
}
