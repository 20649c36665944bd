package protocol

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// An Encoding is how columns are counted.
type Encoding string

// The encodings that there are. Editors and servers that do not agree on one
// count in UTF-16.
const (
	UTF8  Encoding = "utf-8"
	UTF16 Encoding = "utf-16"
	UTF32 Encoding = "utf-32"
)

// units returns how many columns a character takes.
func (e Encoding) units(r rune, size int) int {
	switch {
	case e == UTF8:
		return size
	case e == UTF16 && r >= 0x10000:
		return 2
	}
	return 1
}

// A Text finds positions in the text of a document.
type Text struct {
	src      []byte
	lines    []int // where lines begin
	encoding Encoding
}

// NewText returns the positions of src.
func NewText(src []byte, encoding Encoding) *Text {
	t := &Text{src: src, lines: []int{0}, encoding: encoding}
	for at := 0; ; {
		n := bytes.IndexByte(src[at:], '\n')
		if n < 0 {
			return t
		}
		at += n + 1
		t.lines = append(t.lines, at)
	}
}

// Position returns the position of a byte. What lies outside of the text is at
// its beginning or end.
func (t *Text) Position(offset int) Position {
	offset = min(max(offset, 0), len(t.src))
	line, found := slices.BinarySearch(t.lines, offset)
	if !found {
		line--
	}
	p := Position{Line: line}
	for at := t.lines[line]; at < offset; {
		r, size := utf8.DecodeRune(t.src[at:])
		p.Character += t.encoding.units(r, size)
		at += size
	}
	return p
}

// lineBounds returns where a line begins and ends, without what ends it. Lines
// count from 0; those that there are not are the first or the last.
func (t *Text) lineBounds(line int) (start, end int) {
	line = min(max(line, 0), len(t.lines)-1)
	start, end = t.lines[line], len(t.src)
	if line+1 < len(t.lines) {
		end = t.lines[line+1] - 1
		if end > start && t.src[end-1] == '\r' {
			end--
		}
	}
	return start, end
}

// Column returns the position of a byte in a line as compilers count: both from
// 1, the column in bytes. A column that there is not is that at the end of the
// line.
func (t *Text) Column(line, column int) Position {
	start, end := t.lineBounds(line - 1)
	return t.Position(min(start+max(column-1, 0), end))
}

// Offset returns the byte at a position. A column beyond the line is its end, as
// the protocol has it; a line beyond the text is an error.
func (t *Text) Offset(p Position) (int, error) {
	if p.Line < 0 || p.Line >= len(t.lines) || p.Character < 0 {
		return 0, fmt.Errorf("position %d:%d is not in a text of %d lines", p.Line, p.Character, len(t.lines))
	}
	at, end := t.lineBounds(p.Line)
	for units := 0; at < end && units < p.Character; {
		r, size := utf8.DecodeRune(t.src[at:])
		units += t.encoding.units(r, size)
		at += size
	}
	return at, nil
}

// Apply returns the text after a change.
func (t *Text) Apply(c ContentChange) ([]byte, error) {
	if c.Range == nil {
		return []byte(c.Text), nil
	}
	start, err := t.Offset(c.Range.Start)
	if err != nil {
		return nil, err
	}
	end, err := t.Offset(c.Range.End)
	if err != nil {
		return nil, err
	}
	if end < start {
		return nil, fmt.Errorf("range ends before it begins")
	}
	return slices.Concat(t.src[:start], []byte(c.Text), t.src[end:]), nil
}
