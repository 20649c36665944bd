package goroutineleak

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// Two fixes are safe. Room for its value lets a goroutine end whose last act is to
// send it, once. A select statement on what already ends the loop around a send lets
// that end as well.

// rooms returns the fix that gives channels room for what a goroutine sends on one of them.
func (c *checker) rooms(start ssa.Instruction, sends []ssa.Instruction) *finding.Fix {
	fix := &finding.Fix{Title: "Make room for the value"}
	for _, send := range sends {
		made := c.room(start, send)
		if !made.IsValid() {
			return nil
		}
		if !slices.ContainsFunc(fix.Edits, func(e analysis.TextEdit) bool { return e.Pos == made }) {
			fix.Edits = append(fix.Edits, analysis.TextEdit{Pos: made, End: made, NewText: []byte(", 1")})
		}
	}
	return fix
}

// room returns where a channel can get room for what a goroutine sends on it, if that is
// one value, sent last, and the channel is made where the goroutine is started.
func (c *checker) room(start, send ssa.Instruction) token.Pos {
	s, ok := send.(*ssa.Send)
	if !ok || !c.startedOnly(s.Parent(), start) || !c.sentLast(s) || c.IR.Graph(start.Parent()).Innermost(start.Block()) != nil {
		return token.NoPos
	}
	var made *ssa.MakeChan
	for _, r := range c.Refs(s.Chan) {
		switch root := r.Root.(type) {
		case *ssa.Alloc:
		case *ssa.MakeChan:
			if made != nil && made != root || r.Path != nil || root.Parent() != start.Parent() {
				return token.NoPos
			}
			made = root
		default:
			return token.NoPos
		}
	}
	if made == nil || slices.ContainsFunc(c.Of(made), func(e *effects.Event) bool {
		return e.Ref.Path == nil && e.Kind == effects.Grow && e.Instr != send
	}) {
		return token.NoPos
	}
	file := c.IR.File(made.Pos())
	if file == nil {
		return token.NoPos
	}
	path, _ := astutil.PathEnclosingInterval(file, made.Pos(), made.Pos())
	for _, n := range path {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		if len(call.Args) != 1 || c.IR.Graph(made.Parent()).Innermost(made.Block()) != nil {
			return token.NoPos
		}
		return call.Args[0].End()
	}
	return token.NoPos
}

// startedOnly reports whether a literal runs on the goroutine that is started there, and
// nowhere else.
func (c *checker) startedOnly(body *ssa.Function, start ssa.Instruction) bool {
	if body.Parent() == nil {
		return false
	}
	n := 0
	for _, v := range c.Literal(body) {
		for _, e := range c.Of(v) {
			if e.Kind == effects.Call || e.Kind == effects.Arg {
				if e.Instr != start {
					return false
				}
				n++
			}
		}
	}
	return n > 0
}

// sentLast reports whether a goroutine ends after a send, which it reaches once.
func (c *checker) sentLast(send *ssa.Send) bool {
	if c.IR.Graph(send.Parent()).Innermost(send.Block()) != nil {
		return false
	}
	rest := send.Block().Instrs[slices.Index(send.Block().Instrs, ssa.Instruction(send))+1:]
	for {
		for _, instr := range rest {
			switch instr := instr.(type) {
			case *ssa.Return, *ssa.RunDefers, *ssa.DebugRef:
			case *ssa.Jump:
				rest = instr.Block().Succs[0].Instrs
			default:
				return false
			}
		}
		if _, ok := rest[len(rest)-1].(*ssa.Jump); !ok {
			return true
		}
	}
}

// choose returns the fix that sends in a select statement with a case that the function
// has already to return at its end, or nil if it has none.
func (c *checker) choose(send *ssa.Send) *finding.Fix {
	file := c.IR.File(send.Pos())
	if file == nil {
		return nil
	}
	path, _ := astutil.PathEnclosingInterval(file, send.Pos(), send.Pos())
	var stmt *ast.SendStmt
	for i, n := range path {
		switch n := n.(type) {
		case *ast.SendStmt:
			switch path[i+1].(type) {
			case *ast.BlockStmt, *ast.CaseClause:
				stmt = n
			case *ast.CommClause:
				if path[i+1].(*ast.CommClause).Comm != ast.Stmt(n) {
					stmt = n
				}
			}
		case *ast.FuncLit, *ast.FuncDecl:
			if stmt == nil {
				return nil
			}
			if done := c.doneCase(n, stmt.Pos()); done != "" {
				return finding.Select(c.IR.Pass, stmt, done, "Give up the send when the loop ends")
			}
			return nil
		}
	}
	return nil
}

// doneCase returns what a function receives from in a case that only returns, if that
// means the same at pos.
func (c *checker) doneCase(fn ast.Node, pos token.Pos) (done string) {
	scope := c.IR.Pass.Pkg.Scope().Innermost(pos)
	ast.Inspect(fn, func(n ast.Node) bool {
		clause, ok := n.(*ast.CommClause)
		if !ok || done != "" || len(clause.Body) != 1 {
			return done == ""
		}
		ret, ok := clause.Body[0].(*ast.ReturnStmt)
		recv, isExpr := clause.Comm.(*ast.ExprStmt)
		if !ok || len(ret.Results) > 0 || !isExpr {
			return true
		}
		from, ok := ast.Unparen(recv.X).(*ast.UnaryExpr)
		if !ok || from.Op != token.ARROW || !c.sameAt(from.X, scope, pos) {
			return true
		}
		done = types.ExprString(from.X)
		return false
	})
	return done
}

// sameAt reports whether the names in an expression mean the same at pos.
func (c *checker) sameAt(x ast.Expr, scope *types.Scope, pos token.Pos) bool {
	if scope == nil {
		return false
	}
	same := true
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			same = same && c.sameAt(n.X, scope, pos)
			return false
		case *ast.Ident:
			_, obj := scope.LookupParent(n.Name, pos)
			same = same && obj != nil && obj == c.IR.Pass.TypesInfo.ObjectOf(n)
		}
		return same
	})
	return same
}

// channelName returns how the source calls the channel of a send or receive, or "".
func (c *checker) channelName(instr ssa.Instruction) string {
	stmt := c.IR.StatementAt(instr.Pos())
	if stmt == nil || len(ir.Comms(instr)) != 1 {
		return ""
	}
	var channel ast.Expr
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			if n.Arrow == instr.Pos() {
				channel = n.Chan
			}
		case *ast.UnaryExpr:
			if n.OpPos == instr.Pos() {
				channel = n.X
			}
		case *ast.RangeStmt:
			if n.For == instr.Pos() {
				channel = n.X
			}
		case *ast.BlockStmt:
			return false
		}
		return channel == nil
	})
	if channel == nil {
		return ""
	}
	if s := types.ExprString(channel); len(s) <= 30 {
		return s
	}
	return ""
}
