package progress

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A screen is a writer that goroutines share.
type screen struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(data)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		l := Start(&out, 80, Delay)
		time.Sleep(Delay / 2)
		l.Step(1, 3, "example.com/a")
		if got := out.String(); got != "" {
			t.Errorf("early: %q", got)
		}
		time.Sleep(Delay)
		l.Step(2, 3, "example.com/b")
		time.Sleep(Delay)
		l.Stop()
		const want = "\rmemlint: 1 of 3 packages, example.com/a\x1b[K\rmemlint: 2 of 3 packages, example.com/b\x1b[K\r\x1b[K"
		if got := out.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestShortRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		l := Start(&out, 80, Delay)
		l.Step(1, 1, "example.com/a")
		time.Sleep(Delay - time.Millisecond)
		l.Stop()
		if got := out.String(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestClip(t *testing.T) {
	for _, test := range []struct {
		s     string
		width int
		want  string
	}{
		{"abcdefghij", 11, "abcdefghij"},
		{"abcdefghij", 10, "abc...hij"},
		{"größegröße", 10, "grö...öße"},
		{"abcdefghij", 4, "abc"},
		{"abcdefghij", 0, "abcdefghij"}, // not known
	} {
		if got := clip(test.s, test.width); got != test.want {
			t.Errorf("clip(%q, %d) = %q, want %q", test.s, test.width, got, test.want)
		}
	}
}
