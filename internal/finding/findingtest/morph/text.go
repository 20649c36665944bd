package morph

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strings"
)

// A piece is a part of a new file.
type piece struct {
	file       *file
	start, end int    // of what is taken from the file, with the edits in it
	new        string // instead of that, standing for what is at start
}

// An edit puts pieces in the place of a part of a file.
type edit struct {
	start, end int
	with       []piece
}

// old returns what is from pos to end in the file, with the edits in between.
func (f *file) old(pos, end token.Pos) piece {
	return piece{file: f, start: f.offset(pos), end: f.offset(end)}
}

// new returns a text that stands for what is at pos.
func (f *file) new(pos token.Pos, format string, args ...any) piece {
	return piece{file: f, start: f.offset(pos), new: fmt.Sprintf(format, args...)}
}

func (f *file) offset(pos token.Pos) int { return int(pos - f.syntax.FileStart) }

// insert inserts a text.
func (f *file) insert(pos token.Pos, format string, args ...any) {
	f.replace(pos, pos, f.new(pos, format, args...))
}

// replace puts pieces in the place of what is from pos to end.
func (f *file) replace(pos, end token.Pos, with ...piece) {
	f.edits = append(f.edits, edit{f.offset(pos), f.offset(end), with})
}

// A span is a part of a new file that is one of an old file, or stands for it.
type span struct {
	text  string
	file  *file
	start int
	same  bool
}

// spans returns what a piece is when all edits are made.
func (p piece) spans() []span {
	if p.new != "" {
		return []span{{p.new, p.file, p.start, false}}
	}
	edits := slices.DeleteFunc(slices.Clone(p.file.edits), func(e edit) bool {
		isThis := e.start == p.start && e.end == p.end && e.start < e.end // that moves it
		return e.start < p.start || e.end > p.end || isThis
	})
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	var all []span
	at := p.start
	for _, e := range edits {
		if e.start < at {
			continue // in a part that is gone
		}
		all = append(all, span{string(p.file.src[at:e.start]), p.file, at, true})
		for _, x := range e.with {
			all = append(all, x.spans()...)
		}
		at = e.end
	}
	return append(all, span{string(p.file.src[at:p.end]), p.file, at, true})
}

// Origins says where the parts of new files come from.
type Origins map[string][]span // by the name of the new file

// Line returns the file and line that what is at an offset of a new file was at, or
// stands for.
func (o Origins) Line(name string, offset int) string {
	for _, s := range o[name] {
		if offset < len(s.text) {
			at := s.start
			if s.same {
				at += offset
			}
			return fmt.Sprintf("%s:%d", s.file.name, 1+strings.Count(string(s.file.src[:at]), "\n"))
		}
		offset -= len(s.text)
	}
	return name + ":?"
}
