package excused

// A Shelf has values of any kind.
type Shelf struct{ values, notes []any }

func (s *Shelf) Put(v any) {
	s.values = append(s.values, v)
	s.notes = append(s.notes, v)
}

// Remove is fine: a number keeps nothing, in an interface either.
func (s *Shelf) Remove(i int) {
	copy(s.values[i:], s.values[i+1:])
	s.values[len(s.values)-1] = 0
	s.values = s.values[:len(s.values)-1]
}

// Forget leaves the last slot as it is.
func (s *Shelf) Forget(i int) {
	copy(s.notes[i:], s.notes[i+1:])
	s.notes = s.notes[:len(s.notes)-1] // want `slots cut off keep their pointers; held by Shelf.notes`
}
