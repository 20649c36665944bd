package poolleak

import (
	_ "embed"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/recycle"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "poolleak"

// Analyzer reports what pools keep.
var Analyzer = account.Analyzer(name, doc, find)

type checker struct {
	*evidence.Package
	leaks []*evidence.Leak
}

// find returns what pools keep.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p}
	pools := recycle.New(p)
	puts := pools.Puts()
	for _, put := range puts {
		c.put(put)
	}
	for _, d := range pools.Drops(puts) {
		l := account.Found(p, d.Get, "get-without-put", d.Behind+" from a pool is not put back on every path")
		if len(d.Releases) > 0 {
			account.Note(p, l, d.Releases[0].Instr, "put back here on another path")
		}
		account.Note(p, l, d.Exit, "returns without that")
		c.add(d.Get, l)
	}
	for _, list := range pools.Lists() {
		l := account.Found(p, list.Put, "list-never-shrinks", "free list takes everything back and nothing makes it shorter")
		l.HeldBy = []string{list.Var.Name()}
		account.Note(p, l, list.Take, "taken out here, or made anew")
		c.add(list.Put, l)
	}
	return c.leaks
}

// add adds what is found where it can happen again, and returns it.
func (c *checker) add(at ssa.Instruction, l *finding.Leak) *evidence.Leak {
	if !c.Repeatable(at) {
		return nil
	}
	leak := account.Leak(c.Package, l, at, account.Owes)
	c.leaks = append(c.leaks, leak)
	return leak
}

// put judges in what state an object goes back. The first of what is wrong with it is told.
func (c *checker) put(put *recycle.Put) {
	parts := put.Parts()
	for _, part := range parts {
		if part.Kind == recycle.Request || part.Kind == recycle.Stream {
			if at, what := put.Keeps(part); at != nil {
				c.report(put, part, "keeps-request", noun(part)+" goes back to the pool with a "+what+in(part), at, "set here")
				return
			}
		}
	}
	for _, part := range parts {
		if grows(part) && !put.Checked(part) && !put.Emptied(part) {
			if at := put.Grows(part); at != nil {
				c.report(put, part, "no-size-check", noun(part)+" goes back to the pool whatever its size"+in(part), at, "grows here")
				return
			}
		}
	}
	for _, part := range parts {
		if part.Kind == recycle.Slice && refers(elem(part.Type), 0) && (!put.Checked(part) || put.EmptiedBySiblings(part)) {
			if at, _ := put.Keeps(part); at != nil {
				c.report(put, part, "not-cleared", noun(part)+" goes back to the pool with what was put into it"+in(part), at, "filled here")
				return
			}
		}
	}
}

func (c *checker) report(put *recycle.Put, part recycle.Part, category, what string, at ssa.Instruction, note string) {
	l := account.Found(c.Package, put.Call, category, what)
	if put.Pool != nil {
		l.HeldBy = []string{put.Pool.Name()}
	}
	if at != ssa.Instruction(put.Call) {
		account.Note(c.Package, l, at, note)
	}
	leak := c.add(put.Call, l)
	if leak != nil && part.Field != nil {
		leak.Subject = c.IR.Pass.Fset.Position(part.Field.Pos()).String() // one method of the object puts it right
	}
}

func noun(part recycle.Part) string {
	switch {
	case part.Path != "":
		return "object"
	case part.Kind == recycle.Buffer:
		return "buffer"
	case part.Kind == recycle.Stream:
		return "reader or writer"
	}
	if _, ok := part.Type.Underlying().(*types.Map); ok {
		return "map"
	}
	return "slice"
}

func in(part recycle.Part) string {
	if part.Path == "" {
		return ""
	}
	return " in " + part.Path[1:]
}

// grows reports whether a part is a buffer of data.
func grows(part recycle.Part) bool {
	switch part.Kind {
	case recycle.Buffer:
		return true
	case recycle.Slice:
		basic, ok := elem(part.Type).Underlying().(*types.Basic)
		return ok && basic.Kind() == types.Uint8
	}
	return false
}

func elem(typ types.Type) types.Type {
	switch t := typ.Underlying().(type) {
	case *types.Slice:
		return t.Elem()
	case *types.Map:
		return t.Elem()
	}
	return typ
}

// refers reports whether a value of a type can keep something large.
func refers(typ types.Type, depth int) bool {
	const deep = 3
	if _, ok := typ.(*types.TypeParam); ok {
		return false
	}
	switch t := typ.Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Map, *types.Chan, *types.Signature:
		return true
	case *types.Slice:
		_, basic := t.Elem().Underlying().(*types.Basic)
		return !basic
	case *types.Array:
		return refers(t.Elem(), depth)
	case *types.Struct:
		for f := range t.Fields() {
			if depth < deep && refers(f.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}
