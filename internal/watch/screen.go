package watch

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// A screen keeps a text at the end of a terminal, with all else that is written
// above it.
type screen struct {
	out, other io.Writer // where the text is drawn, and where all else goes

	mu      sync.Mutex
	text    string // whole lines, as drawn
	partial []byte // of a line that is not whole yet
}

// draw puts a text, which is whole lines that do not wrap round, in the place of
// the one before. Without one, what is written goes through.
func (s *screen) draw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	io.WriteString(s.out, s.back()+text)
	s.text = text
	if text == "" {
		s.other.Write(s.partial)
		s.partial = nil
	}
}

// back returns what takes the text away.
func (s *screen) back() string {
	if s.text == "" {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", strings.Count(s.text, "\n"))
}

// maxPartial is how long a line may become before it is written in parts.
const maxPartial = 4096

// Write writes whole lines above the text, and keeps the rest for later.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text == "" {
		return s.other.Write(p)
	}
	s.partial = append(s.partial, p...)
	if len(s.partial) > maxPartial {
		s.partial = append(s.partial, '\n')
	}
	end := bytes.LastIndexByte(s.partial, '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	io.WriteString(s.out, s.back())
	_, err := s.other.Write(s.partial[:end])
	io.WriteString(s.out, s.text)
	s.partial = append(s.partial[:0], s.partial[end:]...)
	return len(p), err
}
