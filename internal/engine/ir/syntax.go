package ir

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// CallExpr returns the call expression that instr was built from, or nil if
// it has none (calls that the compiler adds). Use it for positions: the
// position of an [ssa.Call] is that of its left parenthesis.
func (p *Package) CallExpr(instr ssa.CallInstruction) *ast.CallExpr {
	pos := instr.Common().Pos()
	file := p.File(pos)
	if file == nil {
		return nil
	}
	calls := p.calls[file]
	if calls == nil {
		calls = make(map[token.Pos]*ast.CallExpr)
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				calls[call.Lparen] = call
			}
			return true
		})
		p.calls[file] = calls
	}
	return calls[pos]
}

// Range returns where instr stands in the source: the whole call expression
// of a call, the literal of a closure, the position of anything else. It
// returns token.NoPos twice where the instruction has no syntax.
func (p *Package) Range(instr ssa.Instruction) (pos, end token.Pos) {
	switch instr := instr.(type) {
	case ssa.CallInstruction:
		if call := p.CallExpr(instr); call != nil {
			return call.Pos(), call.End()
		}
	case *ssa.MakeClosure:
		if fn, ok := instr.Fn.(*ssa.Function); ok {
			if lit, ok := fn.Syntax().(*ast.FuncLit); ok {
				return lit.Pos(), lit.Type.End()
			}
		}
	case *ssa.Return:
		if !instr.Pos().IsValid() {
			if end := bodyEnd(instr.Parent()); end.IsValid() {
				return end, end + 1
			}
		}
	case *ssa.Extract:
		if def, ok := instr.Tuple.(ssa.Instruction); ok {
			return p.Range(def)
		}
	}
	return instr.Pos(), token.NoPos
}

// Statement returns where the statement that instr was built from stands, or
// what Range returns if it is in none.
func (p *Package) Statement(instr ssa.Instruction) (pos, end token.Pos) {
	pos, end = p.Range(instr)
	if file := p.File(pos); file != nil {
		if s, ok := p.statementAt(file, pos); ok {
			return s.pos, s.end
		}
	}
	return pos, end
}

// StatementAt returns the innermost statement around a position, or nil if there is none.
func (p *Package) StatementAt(pos token.Pos) ast.Stmt {
	if file := p.File(pos); file != nil {
		if s, ok := p.statementAt(file, pos); ok {
			return s.node
		}
	}
	return nil
}

// statementAt returns the innermost statement around pos.
func (p *Package) statementAt(file *ast.File, pos token.Pos) (_ statement, ok bool) {
	list := p.statements(file)
	i, begins := slices.BinarySearchFunc(list, pos, func(s statement, pos token.Pos) int { return cmp.Compare(s.pos, pos) })
	for begins && i+1 < len(list) && list[i+1].pos == pos {
		i++ // the innermost of those that begin here
	}
	if !begins {
		i-- // the last that begins before
	}
	for ; i >= 0; i = list[i].up {
		if pos < list[i].end {
			return list[i], true
		}
	}
	return statement{}, false
}

// A statement is one of a file: where it begins and ends, and which of the file's
// statements it is in, -1 for none.
type statement struct {
	node     ast.Stmt
	pos, end token.Pos
	up       int
}

// statements returns the statements of a file in the order in which they begin,
// a statement before those in it. (astutil.PathEnclosingInterval takes time in
// proportion to the length of the function, too much to ask for each of its
// statements.)
func (p *Package) statements(file *ast.File) []statement {
	if list, ok := p.stmts[file]; ok {
		return list
	}
	var list []statement
	var stack []int // of the nodes around, the statement each is in
	up := -1
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			up = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, up)
		if stmt, ok := n.(ast.Stmt); ok {
			list = append(list, statement{stmt, stmt.Pos(), stmt.End(), up})
			up = len(list) - 1
		}
		return true
	})
	p.stmts[file] = list
	return list
}

// bodyEnd returns the position of the closing brace of fn's body.
func bodyEnd(fn *ssa.Function) token.Pos {
	switch n := fn.Syntax().(type) {
	case *ast.FuncDecl:
		if n.Body != nil {
			return n.Body.Rbrace
		}
	case *ast.FuncLit:
		return n.Body.Rbrace
	}
	return token.NoPos
}

// File returns the file of the package that holds pos, or nil.
func (p *Package) File(pos token.Pos) *ast.File {
	for _, f := range p.Pass.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			return f
		}
	}
	return nil
}
