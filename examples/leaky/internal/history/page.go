package history

import (
	"bytes"
	"io"
	"sync"
)

// pages are what lines are written to, to be sent at once.
var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// WriteTo writes the lines to w.
func (l *Log) WriteTo(w io.Writer) (int64, error) {
	page := pages.Get().(*bytes.Buffer)
	// Leak: the page goes back with room for the longest log.
	defer pages.Put(page)
	page.Reset()
	for _, line := range l.Lines() {
		page.WriteString(line)
		page.WriteByte('\n')
	}
	return page.WriteTo(w)
}
