package measure

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/profile"
)

// A spot is a frame in today's source. The zero spot is nowhere in the module.
type spot struct {
	file  string
	line  int
	begin int // the line on which the function begins
}

func (s spot) known() bool { return s.line > 0 }

// A match is a frame of the module.
type match struct {
	frame  *profile.Frame
	name   name
	fn     *function
	exact  bool   // fn has the name of the frame, so that literals have their numbers in it
	callee string // how the line names what it calls; "" if that is not known
}

// maxSpots is how many frames of the module count on a stack of a heap profile.
const maxSpots = 1 + maxCallers

// resolve returns the spots of all frames that count. Only when all are seen is it known by how
// much the lines of a function have moved.
func (m *Module) resolve(profiles []*profile.Profile) map[*profile.Frame]spot {
	forked := m.isFork(profiles)
	ours := make(map[*profile.Frame]bool)
	var matches []*match
	for _, p := range profiles {
		for i := range p.Sites {
			n := 0
			for k, f := range p.Sites[i].Stack {
				is, known := ours[f]
				if !known {
					x := &match{frame: f, name: m.named(f.Func)}
					x.fn, x.exact = m.function(f, x.name, forked)
					if is = x.fn != nil; is {
						if k > 0 {
							x.callee = called(p.Sites[i].Stack[k-1].Func)
						}
						matches = append(matches, x)
					}
					ours[f] = is
				}
				if is {
					n++
				}
				if p.Kind == profile.Heap && n == maxSpots {
					break
				}
			}
		}
	}
	matches = align(matches)
	spots := make(map[*profile.Frame]spot)
	for _, x := range matches {
		if line := x.line() + x.fn.edited; x.fn.start <= line && line <= x.fn.end {
			spots[x.frame] = spot{x.fn.file, line, x.fn.start}
		}
	}
	for _, x := range matches {
		x.fn.learned = learned{}
	}
	return spots
}

// isFork reports whether profiles have nothing of the module under its own name.
func (m *Module) isFork(profiles []*profile.Profile) bool {
	for _, p := range profiles {
		for i := range p.Sites {
			for _, f := range p.Sites[i].Stack {
				if m.packages[m.named(f.Func).path] != nil {
					return false
				}
			}
		}
	}
	return true
}

// align finds out by how much the lines of functions have moved, and which literals those of
// the matches are that are about literals. It returns the matches without those that cannot
// be told.
func align(matches []*match) []*match {
	literal := func(x *match) bool { return len(x.name.literals) > 0 && x.fn.outer == nil }
	reach := make(map[string]int) // how many lines literals have at least, by their names
	for _, x := range matches {
		if !literal(x) {
			x.learn()
		} else if x.begins() {
			reach[x.frame.Func] = max(reach[x.frame.Func], x.frame.Line-x.frame.Start)
		}
	}
	matches = slices.DeleteFunc(matches, func(x *match) bool {
		if !literal(x) {
			return false
		}
		if x.fn = x.literal(reach[x.frame.Func]); x.fn != nil {
			x.learn()
		}
		return x.fn == nil
	})
	for _, x := range matches {
		x.fn.seen = append(x.fn.seen, seen{x.line(), x.callee})
	}
	for _, x := range matches {
		if x.fn.seen != nil {
			x.fn.edited = x.fn.edits()
			x.fn.seen = nil
		}
	}
	return matches
}

// begins reports whether the frame says where its function begins.
func (x *match) begins() bool { return x.frame.Start > 0 && !x.name.part }

// learn notes by how much the function has moved.
func (x *match) learn() {
	if x.begins() && !x.fn.known {
		x.fn.moved, x.fn.known = x.fn.start-x.frame.Start, true
	}
}

// line returns the line of today that the frame is about, if nothing was edited in the
// function.
func (x *match) line() int {
	if x.begins() {
		return x.frame.Line + x.fn.start - x.frame.Start
	}
	return x.frame.Line + x.fn.shift()
}

// literal returns the literal that a frame is about, of the declared function around it; nil
// if it cannot be told. The numbers that the compiler gives say which one it is, but it does
// not count those that are never reached, and counts what was inlined where that came to.
// Then it is the one that begins where that of the frame does.
func (x *match) literal(reach int) *function {
	var counted *function
	if x.exact {
		counted = x.fn.counted(x.name.literals)
		if reach <= counted.end-counted.start {
			return counted
		}
	}
	inside := x.fn.inside()
	if len(inside) == 1 {
		return inside[0]
	}
	shift := x.fn.shift()
	for _, fn := range slices.Backward(inside) {
		line := x.frame.Line + shift
		if x.begins() && fn.start == x.frame.Start+shift || !x.begins() && fn.start <= line && line <= fn.end {
			return fn
		}
	}
	return counted
}

// function returns the function of the module that a frame is about, or the declared one
// around it if it is a literal, and whether that has the name of the frame; nil if there is
// none.
func (m *Module) function(f *profile.Frame, n name, forked bool) (fn *function, exact bool) {
	var candidates []*code
	if n.path == "main" {
		candidates = m.commands(f.File)
	} else if c := m.packages[n.path]; c != nil {
		candidates = []*code{c}
	}
	if f.Line <= 0 || len(candidates) == 0 && !forked {
		return nil, false
	}
	if n.own != "" {
		if fn := m.declared(f, n.own, candidates); fn != nil {
			return fn, true
		}
		if len(n.literals) == 0 && !n.part && !forked {
			return nil, false // it is no more
		}
	}
	// The module, or a copy of it, had another path; or a literal was inlined, which then has
	// the path of where that is; or it is a variable.
	base := f.File[len(folder(f.File)):]
	most := 1
	for _, w := range m.byBase[base] {
		shared := common(w.file, f.File)
		if len(candidates) == 1 && candidates[0] == w.of {
			shared++ // the folder of the module may have another name
		}
		if shared <= most {
			continue
		}
		m.parse(w.of)
		if found := w.in(f, n); found != nil {
			fn, most = found, shared
		}
	}
	return fn, fn != nil && fn.name == n.own
}

// declared returns the function of that name in one of the packages: in the one whose files are
// called most like that of the frame; nil if that is none or several.
func (m *Module) declared(f *profile.Frame, name string, in []*code) *function {
	var best *function
	most, several := -1, false
	for _, c := range in {
		m.parse(c)
		fn := c.decls[name]
		if fn == nil {
			continue
		}
		switch n := common(fn.file, f.File); {
		case n > most:
			best, most, several = fn, n, false
		case n == most:
			several = true
		}
	}
	if several {
		return nil
	}
	return best
}

// commands returns those that a file may be of. Their functions have no path but main, so the
// folder has to be called the same; that of a module may have any name.
func (m *Module) commands(file string) []*code {
	var out []*code
	for _, c := range m.mains {
		m.parse(c)
		if c.root || len(c.Files) > 0 && common(filepath.Dir(c.Files[0]), folder(file)) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// in returns the function in a file that a frame is about, or the declared one around it if
// it is a literal.
func (w where) in(f *profile.Frame, n name) *function {
	for _, decl := range n.inner {
		if fn := w.of.decls[decl]; fn != nil && fn.file == w.file {
			return fn
		}
	}
	if len(n.inner) > 0 {
		return nil
	}
	for _, fn := range slices.Backward(w.of.byFile[w.file]) { // literals before what they are in
		if fn.start == f.Start || f.Start <= 1 && fn.start <= f.Line && f.Line <= fn.end {
			return fn
		}
	}
	if fn := w.of.variables.counted(n.literals); fn.file == w.file {
		return fn
	}
	return nil
}

// folder returns the name of a file, of whatever system, up to the last separator.
func folder(file string) string { return file[:strings.LastIndexAny(file, `/\`)+1] }

// common returns how many elements of two paths are the same at their ends.
func common(a, b string) int {
	elems := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '\\' })
	}
	x, y := elems(a), elems(b)
	n := 0
	for n < len(x) && n < len(y) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}
