package finding

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A directive is a suppression comment.
type directive struct {
	pos, end token.Pos
	word     string // "analyzer" or "analyzer/category"
	reason   bool   // there is one
	used     bool   // it silenced something
	wants    string // the word that would have, if it lacks the analyzer
}

type lineKey struct {
	file *token.File
	line int
}

// Silences are the places of a package of which nobody wants to hear.
type Silences struct {
	fset   *token.FileSet
	files  map[*token.File]bool // generated files, and those of the runtime
	ignore []*directive         // in source order
	byLine map[lineKey][]*directive
}

// SilencesOf returns the silences of the package that pass is about.
func SilencesOf(pass *analysis.Pass) *Silences {
	s := &Silences{
		fset:   pass.Fset,
		files:  make(map[*token.File]bool),
		byLine: make(map[lineKey][]*directive),
	}
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		if ast.IsGenerated(f) || isRuntime(pass.Pkg.Path()) {
			s.files[file] = true
			continue
		}
		for _, group := range f.Comments {
			s.directives(file, group)
		}
	}
	return s
}

// Silent reports whether nobody wants to hear of a leak of an analyzer at pos: the
// file is generated or a comment on the line, or the lines above it, says
// "//memlint:ignore analyzer/category reason" (or "//memlint:ignore
// analyzer reason" for all of its categories).
func (s *Silences) Silent(analyzer, category string, pos token.Pos) bool {
	file := s.fset.File(pos)
	return file == nil || s.files[file] || s.commented(analyzer, category, pos)
}

// commented reports whether a comment silences a leak of an analyzer at pos.
func (s *Silences) commented(analyzer, category string, pos token.Pos) bool {
	file := s.fset.File(pos)
	silent := false
	for _, d := range s.byLine[lineKey{file, file.Line(pos)}] {
		switch d.word {
		case analyzer, analyzer + "/" + category:
			d.used = true
			silent = true
		case category, "":
			d.wants = analyzer + "/" + category
		}
	}
	return silent
}

// directives adds those of a comment. Each is for its own line and the next,
// and those on lines one below the other are for the same next line.
func (s *Silences) directives(file *token.File, group *ast.CommentGroup) {
	var run []*directive
	for i, c := range group.List {
		d, ok := parse(c)
		if !ok {
			continue
		}
		run = append(run, d)
		line := file.Line(c.Pos())
		s.byLine[lineKey{file, line}] = append(s.byLine[lineKey{file, line}], d)
		if i+1 < len(group.List) {
			if _, ok := parse(group.List[i+1]); ok {
				continue
			}
		}
		next := lineKey{file, line + 1}
		s.byLine[next] = append(s.byLine[next], run...)
		s.ignore = append(s.ignore, run...)
		run = nil
	}
}

// parse returns the directive that a comment is, if it is one.
func parse(c *ast.Comment) (_ *directive, ok bool) {
	text, ok := strings.CutPrefix(c.Text, "//memlint:ignore")
	if !ok || text != "" && text[0] != ' ' && text[0] != '\t' {
		return nil, false
	}
	d := &directive{pos: c.Pos(), end: c.End()}
	if words := strings.Fields(text); len(words) > 0 {
		d.word, d.reason = words[0], len(words) > 1
	}
	return d, true
}

// isRuntime reports whether a package is a part of the Go runtime. What keeps
// values alive is its own matter; the rules that hold elsewhere do not there.
func isRuntime(path string) bool {
	return path == "runtime" || path == "runtime_test" || strings.HasPrefix(path, "internal/runtime/")
}
