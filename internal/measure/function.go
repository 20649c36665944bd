package measure

import (
	"go/ast"
	"go/token"
	"slices"
)

// A function is one that is declared, or a literal in one. So are variables, whose values
// the runtime makes in a function.
type function struct {
	file       string
	name       string // "F", "T.M" or "init.0"; "" for literals and variables
	start, end int
	outer      *function // around a literal
	literals   []*function
	acts       []bool           // from start on, whether on a line something is called, made or waited for
	calls      map[int][]string // the names of what lines call

	learned // of one join; profiles of another may be of another build
}

// learned is what profiles tell of a function.
type learned struct {
	seen   []seen // its lines, as if nothing had changed in it
	known  bool   // by how many lines it has moved
	moved  int
	edited int // by how many lines its body has moved in it
}

// A seen is a line of a function that profiles have, and how it names what is called there;
// "" if that is not known.
type seen struct {
	line   int
	callee string
}

// shift returns by how many lines the function has moved, as far as is known.
func (fn *function) shift() int {
	for ; fn != nil; fn = fn.outer {
		if fn.known {
			return fn.moved
		}
	}
	return 0
}

// counted returns a literal in the function by the numbers that the compiler gives
// them, or the one around it that there is.
func (fn *function) counted(numbers []int) *function {
	for _, n := range numbers {
		if n < 1 || n > len(fn.literals) {
			break
		}
		fn = fn.literals[n-1]
	}
	return fn
}

// inside returns all literals in the function, outer ones before inner ones.
func (fn *function) inside() []*function {
	var out []*function
	for _, l := range fn.literals {
		out = append(append(out, l), l.inside()...)
	}
	return out
}

// maxEdit is by how many lines an edit at the beginning of a function may have moved
// what follows.
const maxEdit = 20

// edits returns by how many lines the body of a function has moved in it, as far as
// profiles tell: by the smallest number that brings most of their lines to lines that call
// what was called, or at least do something.
func (fn *function) edits() int {
	fits := func(by int) (sum int) {
		for _, s := range fn.seen {
			line := s.line + by
			switch i := line - fn.start; {
			case i < 0 || i >= len(fn.acts) || !fn.acts[i]:
			case s.callee != "" && slices.Contains(fn.calls[line], s.callee):
				sum += 2
			default:
				sum++
			}
		}
		return sum
	}
	best, most := 0, fits(0)
	for n := 1; n <= maxEdit; n++ {
		for _, by := range []int{n, -n} {
			if fit := fits(by); fit > most {
				best, most = by, fit
			}
		}
	}
	return best
}

// declName returns "F" or "T.M".
func declName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	typ := d.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.ParenExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// A builder makes functions of syntax.
type builder struct {
	fset *token.FileSet
	file string
	all  []*function // in the order of their beginnings
}

func (b *builder) line(pos token.Pos) int { return b.fset.PositionFor(pos, false).Line }

// function returns the function of a declaration or literal, with those in it.
func (b *builder) function(n ast.Node, outer *function) *function {
	fn := &function{file: b.file, start: b.line(n.Pos()), end: b.line(n.End()), outer: outer, calls: make(map[int][]string)}
	fn.acts = make([]bool, fn.end-fn.start+1)
	acts := func(pos token.Pos) { fn.acts[b.line(pos)-fn.start] = true }
	b.all = append(b.all, fn)
	// Deferred calls run where the function returns.
	fn.acts[fn.end-fn.start] = true
	ast.Inspect(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.FuncLit:
			acts(x.Pos())
			if x != n {
				fn.literals = append(fn.literals, b.function(x, fn))
				return false
			}
		case *ast.CallExpr:
			name := calledName(x)
			for line := b.line(x.Pos()); line <= b.line(x.Lparen); line++ {
				fn.acts[line-fn.start] = true
				fn.calls[line] = append(fn.calls[line], name)
			}
		case *ast.BinaryExpr:
			acts(x.Pos())
			acts(x.OpPos)
		case *ast.BlockStmt, *ast.BranchStmt, *ast.LabeledStmt, *ast.IfStmt, *ast.FuncType:
			// They do nothing themselves.
		case ast.Stmt, ast.Expr, *ast.ValueSpec, *ast.Field:
			// Variables and parameters may be allocated, and what becomes an interface.
			acts(x.Pos())
		}
		return true
	})
	return fn
}

// calledName returns the name of what a call calls; "" if it has none.
func calledName(call *ast.CallExpr) string {
	f := ast.Unparen(call.Fun)
	switch x := f.(type) {
	case *ast.IndexExpr:
		f = x.X
	case *ast.IndexListExpr:
		f = x.X
	}
	switch x := f.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
