// Package stats says where the time of a run went.
package stats

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Stats adds up durations by what was done. Its methods may be called by
// several goroutines; a nil one counts nothing.
type Stats struct {
	mu      sync.Mutex
	entries []entry
}

type entry struct {
	what string
	time time.Duration
	n    int
}

// New returns Stats that print the named phases first, in this order; what is
// not named comes after, in the order in which it is met.
func New(phases ...string) *Stats {
	s := new(Stats)
	for _, p := range phases {
		s.entries = append(s.entries, entry{what: p})
	}
	return s
}

// Add adds a duration to those of what was done.
func (s *Stats) Add(what string, d time.Duration) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.entries, func(e entry) bool { return e.what == what })
	if i < 0 {
		i = len(s.entries)
		s.entries = append(s.entries, entry{what: what})
	}
	s.entries[i].time += d
	s.entries[i].n++
}

// Since adds the time that passed since start, for use with defer.
func (s *Stats) Since(what string, start time.Time) { s.Add(what, time.Since(start)) }

// Format returns a table of what was done, how often and how long, under a
// line with the time that passed meanwhile. What several workers do at a time
// is counted for each.
func (s *Stats) Format(elapsed time.Duration, workers int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum time.Duration
	width := 0
	for _, e := range s.entries {
		sum += e.time
		width = max(width, len(e.what))
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s elapsed, %s of work, %d at a time\n", round(elapsed), round(sum), workers)
	for _, e := range s.entries {
		share := 0.0
		if sum > 0 {
			share = 100 * float64(e.time) / float64(sum)
		}
		fmt.Fprintf(&out, "  %-*s  %8s  %5.1f %%  %6d\n", width, e.what, round(e.time), share, e.n)
	}
	return out.Bytes()
}

func round(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }
