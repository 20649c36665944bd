// Package options has what objects are told.
package options

// A Stream is told where to say that it has ended.
type Stream struct{ fin chan<- bool }

func SetFin(s *Stream, fin chan<- bool) { s.fin = fin }

func (s Stream) End() { s.fin <- true }
