// Package history remembers what happened last.
package history

import (
	"slices"
	"sync"
)

// limit is the least number of lines that a Log keeps.
const limit = 1000

// A Log is a list of the last lines. Its zero value is empty.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// Add adds a line.
func (l *Log) Add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	if len(l.lines) > 2*limit {
		l.lines = slices.Delete(l.lines, 0, len(l.lines)-limit)
	}
}

// Lines returns the lines, the oldest first.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
