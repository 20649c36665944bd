package since

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"os"
	"strings"
)

// A source is a file. It is parsed if it is Go and somebody asks.
type source struct {
	name string
	text []byte

	file   *token.File
	syntax *ast.File
}

// maxSource is the size of files that are too large to be Go.
const maxSource = 64 << 20

// open returns a file. One that cannot be read has no declarations, and no findings.
func open(name string) *source {
	s := &source{name: name}
	if info, err := os.Lstat(name); err == nil && strings.HasSuffix(name, ".go") && info.Mode().IsRegular() && info.Size() <= maxSource {
		s.text, _ = os.ReadFile(name)
	}
	return s
}

// parse returns the declarations of the file, as far as it can be read.
func (s *source) parse() []ast.Decl {
	if s.text == nil {
		return nil
	}
	if s.syntax == nil {
		fset := token.NewFileSet()
		s.syntax, _ = parser.ParseFile(fset, s.name, s.text, parser.SkipObjectResolution)
		s.file = fset.File(1)
	}
	return s.syntax.Decls
}

// lines returns where something is, whatever //line directives say.
func (s *source) lines(n ast.Node) span {
	return span{s.file.PositionFor(n.Pos(), false).Line, s.file.PositionFor(n.End(), false).Line}
}

// elsewhere yields file and line of all that //line directives say of some lines.
func (s *source) elsewhere(lines span) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		if !bytes.Contains(s.text, []byte("//line ")) && !bytes.Contains(s.text, []byte("/*line ")) {
			return
		}
		s.parse()
		var last token.Position
		for line := lines.first; line <= min(lines.last, s.file.LineCount()); line++ {
			end := s.file.Base() + s.file.Size()
			if line < s.file.LineCount() {
				end = int(s.file.LineStart(line + 1))
			}
			for pos := s.file.LineStart(line); int(pos) < end; pos++ {
				p := s.file.PositionFor(pos, true)
				if p.Filename == last.Filename && p.Line == last.Line || p.Filename == s.name && p.Line == line {
					continue
				}
				if last = p; !yield(p.Filename, p.Line) {
					return
				}
			}
		}
	}
}

// around returns the declarations that the lines are of, or the place is in.
func (s *source) around(at span) []span {
	var list []span
	add := func(n ast.Node) {
		if decl := s.lines(n); decl.meets(at) {
			list = append(list, decl)
		}
	}
	for _, decl := range s.parse() {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			add(decl)
			continue
		}
		for _, spec := range group.Specs {
			add(spec)
		}
	}
	return list
}

// naming returns the lines that name one of some fields, methods, functions, variables or
// types of the package. It goes by how names are used: those that a function declares
// itself are others.
func (s *source) naming(names map[string]bool) []int {
	var found []int
	for _, decl := range s.parse() {
		local := locals(decl)
		member := make(map[*ast.Ident]bool) // of a value
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				n.Recv = nil // which every method of the type names
			case *ast.SelectorExpr:
				member[n.Sel] = true
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok {
					member[key] = true
				}
			case *ast.Ident:
				if names[n.Name] && (member[n] || !local[n.Name]) {
					found = append(found, s.lines(n).first)
				}
			}
			return true
		})
	}
	return found
}

// declared adds to names those that the file gives to what is of the package.
func (s *source) declared(names map[string]bool) {
	add := func(list ...*ast.Ident) {
		for _, id := range list {
			names[id.Name] = true
		}
	}
	for _, decl := range s.parse() {
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				add(n.Name)
				return false
			case *ast.TypeSpec:
				add(n.Name)
			case *ast.ValueSpec:
				add(n.Names...)
			case *ast.Field: // or a method of an interface
				add(n.Names...)
			}
			return true
		})
	}
}

// locals returns the names that a function declares.
func locals(decl ast.Decl) map[string]bool {
	names := make(map[string]bool)
	if _, ok := decl.(*ast.FuncDecl); !ok {
		return names
	}
	add := func(list ...ast.Expr) {
		for _, x := range list {
			if id, ok := x.(*ast.Ident); ok {
				names[id.Name] = true
			}
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				add(name)
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				add(name)
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key, n.Value)
			}
		}
		return true
	})
	return names
}
