// Package leaks has functions that leak and, after each, the same without the
// leak. A call is one repetition; what it returns is kept by the caller. A
// comment "leak:" says what memlint reports on the line, and "missed:" what it
// should report there and does not.
package leaks

// size of what a repetition would rather not keep.
const size = 64 << 10

// A session is large, and has to be closed.
type session struct {
	data []byte
	done chan struct{}
}

func newSession() *session {
	return &session{make([]byte, size), make(chan struct{})}
}

func (s *session) touch() { s.data[0]++ }

func (s *session) Close() { close(s.done) }
