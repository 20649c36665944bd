package since

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"go/types"
	"hash/maphash"
	"io"
	"math"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// maxChanges is how much is kept of a change: pieces that changed, and lines of Go that
// were added or removed.
const maxChanges = 4 << 20

// A diff is what git says of a change.
type diff struct {
	top    string
	files  map[string]*edits // by name, relative to the top, with slashes
	losses map[unit]*losses
	seed   maphash.Seed
	kept   int // how much of it
}

func newDiff(top string) *diff {
	return &diff{top: top, files: make(map[string]*edits), losses: make(map[unit]*losses), seed: maphash.MakeSeed()}
}

// edits are what happened to a file.
type edits struct {
	added []span
	lost  []span // where names are gone
}

// A unit is files of a folder: a test that no longer calls something is no reason for a
// leak in what it tests.
type unit struct {
	dir   string
	tests bool
}

// unitOf returns the unit that a file belongs to, the zero one if it is no Go, or that of
// others.
func unitOf(name string) unit {
	if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "vendor/") || strings.Contains(name, "/vendor/") {
		return unit{}
	}
	return unit{path.Dir(name), strings.HasSuffix(name, "_test.go")}
}

// losses are what was removed from a unit.
type losses struct {
	removed []removal
	added   map[uint64]int // lines, by hash
}

// A removal is a line that took names with it.
type removal struct {
	hash  uint64
	names []string
}

// names returns the names in lines that were removed. A line that was added again in the
// same unit has moved.
func (l *losses) names() map[string]bool {
	lost := make(map[string]bool)
	for _, r := range l.removed {
		if l.added[r.hash] > 0 {
			l.added[r.hash]--
			continue
		}
		for _, name := range r.names {
			lost[name] = true
		}
	}
	return lost
}

// keep counts something that is kept. The error says that it is too much.
func (d *diff) keep() error {
	if d.kept++; d.kept > maxChanges {
		return fmt.Errorf("more than %d lines changed", maxChanges)
	}
	return nil
}

func (d *diff) file(name string) *edits {
	if d.files[name] == nil {
		d.files[name] = new(edits)
	}
	return d.files[name]
}

// untracked adds a file that git does not know yet.
func (d *diff) untracked(name string) error {
	name = strings.TrimSuffix(name, "/") // which is behind a repository
	if of := unitOf(name); of != (unit{}) {
		for line := range bytes.Lines(open(filepath.Join(d.top, filepath.FromSlash(name))).text) {
			if err := d.add(of, bytes.TrimSpace(line)); err != nil {
				return err
			}
		}
	}
	return d.whole(name)
}

// add adds a line that is new in a unit.
func (d *diff) add(to unit, line []byte) error {
	if len(line) < 2 { // has no names
		return nil
	}
	d.of(to).added[maphash.Bytes(d.seed, line)]++
	return d.keep()
}

// of returns what was removed from a unit.
func (d *diff) of(of unit) *losses {
	if d.losses[of] == nil {
		d.losses[of] = &losses{added: make(map[uint64]int)}
	}
	return d.losses[of]
}

// whole adds a file that is new, or of which git does not say what is.
func (d *diff) whole(name string) error {
	e := d.file(name)
	e.added = append(e.added, span{1, math.MaxInt})
	return d.keep()
}

// read reads what `git diff --unified=0` prints.
func (d *diff) read(r io.Reader) error {
	in := bufio.NewReaderSize(r, maxText)
	name := ""
	for {
		line, err := readLine(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text := string(line)
		if names, ok := strings.CutPrefix(text, "diff --git "); ok {
			// They are the same, of the same length, unless a line to come has the new one.
			name = strings.TrimPrefix(unquote(names[min(len(names), len(names)/2+1):]), "b/")
		} else if to, ok := strings.CutPrefix(text, "rename to "); ok {
			name = unquote(to)
		} else if strings.HasPrefix(text, "Binary files ") {
			err = d.whole(name)
		} else if unmerged, ok := strings.CutPrefix(text, "* Unmerged path "); ok {
			err = d.whole(unmerged)
		} else if strings.HasPrefix(text, "@@ ") {
			err = d.hunk(in, name, text)
		}
		if err != nil {
			return err
		}
	}
}

// unquote returns a name that git may have put into quotes, as C has them.
func unquote(name string) string {
	if plain, err := strconv.Unquote(name); err == nil && strings.HasPrefix(name, `"`) {
		return plain
	}
	return name
}

// readLine returns the next line without its end, or its beginning if it is long. It is
// good until the next call.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
	}
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	return bytes.TrimSuffix(line, []byte("\n")), err
}

// hunk reads a piece that changed: the lines that were, then those that are.
func (d *diff) hunk(in *bufio.Reader, name, header string) error {
	words := strings.Fields(header)
	if len(words) < 4 {
		return errUnreadable
	}
	_, before, err1 := extent(words[1], "-")
	first, after, err2 := extent(words[2], "+")
	if err1 != nil || err2 != nil {
		return errUnreadable
	}
	if after == 0 {
		first++ // what is told then is the line in front
	}
	e := d.file(name)
	now := span{first, first + after - 1}
	if after > 0 {
		e.added = append(e.added, now)
	}
	if err := d.keep(); err != nil {
		return err
	}

	of := unitOf(name)
	var removed []removal
	still := make(map[string]bool) // names
	for before+after > 0 {
		line, err := readLine(in)
		if err == io.EOF || err == nil && len(line) == 0 {
			err = errUnreadable
		}
		if err != nil {
			return err
		}
		text := bytes.TrimSpace(line[1:])
		switch line[0] {
		case '-':
			before--
			if of == (unit{}) {
				continue
			}
			if names := namesIn(text); len(names) > 0 {
				removed = append(removed, removal{maphash.Bytes(d.seed, text), names})
				err = d.keep()
			}
		case '+':
			after--
			if of == (unit{}) {
				continue
			}
			if removed != nil {
				for _, name := range namesIn(text) {
					still[name] = true
				}
			}
			err = d.add(of, text)
		case '\\': // no newline at the end of the file
		default:
			err = errUnreadable
		}
		if err != nil {
			return err
		}
	}
	lost := false
	for _, r := range removed {
		var names []string
		for _, name := range r.names {
			if !still[name] {
				names = append(names, name)
			}
		}
		if names != nil {
			lost = true
			d.of(of).removed = append(d.of(of).removed, removal{r.hash, names})
		}
	}
	if lost {
		e.lost = append(e.lost, now)
	}
	return nil
}

var errUnreadable = errors.New("cannot read what git diff prints")

// extent reads "-12,3": the first line, and how many there are.
func extent(word, sign string) (first, n int, err error) {
	word, ok := strings.CutPrefix(word, sign)
	if !ok {
		return 0, 0, errUnreadable
	}
	start, length, ok := strings.Cut(word, ",")
	n = 1
	if ok {
		if n, err = strconv.Atoi(length); err != nil {
			return 0, 0, err
		}
	}
	first, err = strconv.Atoi(start)
	return first, n, err
}

// namesIn returns the names in a line of Go, without those that the language has.
func namesIn(line []byte) []string {
	var names []string
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(line)), line, func(token.Position, string) {}, 0)
	for {
		_, tok, name := s.Scan()
		if tok == token.EOF {
			return names
		}
		if tok == token.IDENT && name != "_" && types.Universe.Lookup(name) == nil {
			names = append(names, name)
		}
	}
}
