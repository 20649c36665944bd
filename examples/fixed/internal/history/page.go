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
	defer free(page)
	page.Reset()
	for _, line := range l.Lines() {
		page.WriteString(line)
		page.WriteByte('\n')
	}
	return page.WriteTo(w)
}

// free puts a page back unless it is large.
func free(page *bytes.Buffer) {
	if page.Cap() <= 64<<10 {
		pages.Put(page)
	}
}
