package driver

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/format"
	"maps"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/memlint/memlint/internal/driver/report"
)

// A change is a file before and after fixes.
type change struct {
	file          string
	before, after []byte
	fixed         int // findings
}

// A fixing is what applying fixes comes to.
type fixing struct {
	changes []change
	fixed   int     // findings whose fix is part of changes
	errs    []error // files that cannot be fixed, one line each
}

// fixes merges the first fix of each finding. Of two that overlap, the one of
// the earlier finding is taken; see applyFixes for the other. A fix is
// taken as a whole or not at all. Files come out formatted, with the ends of
// lines that they had.
func fixes(findings []report.Finding, read func(name string) ([]byte, error)) *fixing {
	var x fixing
	before := make(map[string][]byte)
	unusable := make(map[string]bool)
	usable := func(e report.Edit) bool {
		if unusable[e.File] {
			return false
		}
		src, ok := before[e.File]
		if !ok {
			var err error
			if src, err = read(e.File); err != nil {
				x.errs = append(x.errs, err)
				unusable[e.File] = true
				return false
			}
			before[e.File] = src
		}
		if sha256.Sum256(src) != e.Sum {
			x.errs = append(x.errs, fmt.Errorf("%s changed while it was analysed; not fixed", e.File))
			unusable[e.File] = true
			return false
		}
		return true
	}

	merged := make(map[string][]report.Edit)
	taken := make(map[string]int) // fixes by file
finding:
	for _, f := range findings {
		if len(f.Fixes) == 0 {
			continue
		}
		next := make(map[string][]report.Edit)
		for _, e := range f.Fixes[0].Edits {
			if next[e.File] == nil {
				next[e.File] = slices.Clone(merged[e.File])
			}
			list, ok := insert(next[e.File], e)
			if !ok || !usable(e) {
				continue finding
			}
			next[e.File] = list
		}
		maps.Copy(merged, next)
		for file := range next {
			taken[file]++
		}
		x.fixed++
	}
	for _, file := range slices.Sorted(maps.Keys(merged)) {
		after, err := format.Source(apply(before[file], merged[file]))
		if err != nil {
			x.errs = append(x.errs, fmt.Errorf("%s: not fixed, since the fixes would leave it broken: %v", file, err))
			x.fixed -= taken[file]
			continue
		}
		if hasCRLF(before[file]) {
			after = bytes.ReplaceAll(after, []byte("\n"), []byte("\r\n"))
		}
		if !bytes.Equal(before[file], after) {
			x.changes = append(x.changes, change{file, before[file], after, taken[file]})
		}
	}
	return &x
}

// Fixed returns the files, by name, that applying the first fix of each finding changes,
// as they are then; and how many fixes that takes. Others overlap these. The error says that
// fixes would break a file, or that one is not what read returns of it.
func Fixed(findings []report.Finding, read func(name string) ([]byte, error)) (files map[string][]byte, n int, err error) {
	x := fixes(findings, read)
	files = make(map[string][]byte)
	for _, c := range x.changes {
		files[c.file] = c.after
	}
	return files, x.fixed, errors.Join(x.errs...)
}

// hasCRLF reports whether lines end as they do on Windows, which a formatted
// file does not tell.
func hasCRLF(src []byte) bool {
	n := bytes.Count(src, []byte("\r\n"))
	return n > 0 && n == bytes.Count(src, []byte("\n"))
}

// insert adds e to edits, which are sorted. It is not ok if e overlaps one or
// inserts at the same place as one; but the same edit, such as the import that
// two fixes need, is made once.
func insert(edits []report.Edit, e report.Edit) (_ []report.Edit, ok bool) {
	at, _ := slices.BinarySearchFunc(edits, e, func(x, y report.Edit) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End))
	})
	for _, x := range edits[max(0, at-1):min(len(edits), at+1)] {
		if x == e {
			return edits, true
		}
		if x.Start == e.Start || x.Start < e.End && e.Start < x.End {
			return nil, false
		}
	}
	return slices.Insert(edits, at, e), true
}

// apply returns src with edits, which are sorted and do not overlap.
func apply(src []byte, edits []report.Edit) []byte {
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.Start]...), e.New...)
		at = e.End
	}
	return append(out, src[at:]...)
}

// unified returns the change as a unified diff with names relative to dir.
func (c change) unified(dir string) []byte {
	name := filepath.ToSlash(report.Path(c.file, dir))
	return diff.Diff("a/"+name, c.before, "b/"+name, c.after)
}
