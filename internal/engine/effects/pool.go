package effects

// A pool allocates many values of a type at a time, and again what it has
// allocated after a reset.
type pool[T any] struct {
	chunks [][]T
	used   int // of all chunks
}

const chunk = 64

// new returns a zero value.
func (p *pool[T]) new() *T {
	at := p.used / chunk
	if at == len(p.chunks) {
		p.chunks = append(p.chunks, make([]T, chunk))
	}
	x := &p.chunks[at][p.used%chunk]
	p.used++
	return x
}

// reset takes back what new returned since the last reset.
func (p *pool[T]) reset() {
	for i := 0; i*chunk < p.used; i++ {
		clear(p.chunks[i])
	}
	p.used = 0
}
