// Package registry has containers that other packages fill.
package registry

// A Forever never lets go of what it gets.
type Forever struct{ funcs []func() }

// Add keeps f.
func (r *Forever) Add(f func()) { r.funcs = append(r.funcs, f) }

// Run runs all that was added.
func (r *Forever) Run() {
	for _, f := range r.funcs {
		f()
	}
}

// A Batch lets go of what it ran.
type Batch struct{ funcs []func() }

// Add keeps f until Run.
func (b *Batch) Add(f func()) { b.funcs = append(b.funcs, f) }

// Run runs all that was added.
func (b *Batch) Run() {
	for _, f := range b.funcs {
		f()
	}
	b.funcs = nil
}
