package goroutineleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// getter reports whether a channel is what a function of the package returns that does no more
// than tell what is in a field.
func (c *checker) getter(ch ssa.Value) bool { return c.gets(ch, 0) }

func (c *checker) gets(ch ssa.Value, depth int) bool {
	call, ok := ch.(*ssa.Call)
	if !ok || depth == maxGetters {
		return false
	}
	fn := c.IR.Static(&call.Call)
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if len(ret.Results) != 1 {
			return false
		}
		if got := ir.Unconvert(ret.Results[0]); fieldOf(got) == nil && !c.gets(got, depth+1) {
			return false
		}
	}
	return true
}

// maxGetters bounds how many functions tell one after the other what is in a field.
const maxGetters = 2

// sources returns what a channel is, in terms of the callers where it is a parameter and they are
// all in sight.
func (c *checker) sources(ch ssa.Value, depth int) (out []effects.Ref) {
	for _, r := range c.Refs(ch) {
		param, ok := r.Root.(*ssa.Parameter)
		if !ok || r.Path != nil || depth == maxGetters {
			out = append(out, r)
			continue
		}
		args, known := c.Given(param)
		if !known {
			out = append(out, r)
		}
		for _, arg := range args {
			out = append(out, c.sources(arg, depth+1)...)
		}
	}
	return out
}

func isParam(v ssa.Value) bool {
	_, ok := v.(*ssa.Parameter)
	return ok
}

// takers returns what happens to a channel in the function that a call hands it to, but for the
// parameters that were asked for before.
func (c *checker) takers(e *effects.Event, asked map[*ssa.Parameter]bool) (out []*effects.Event) {
	call := e.Instr.(ssa.CallInstruction).Common()
	fn := c.IR.Static(call)
	if fn == nil || fn.Parent() != nil || len(fn.Params) != len(call.Args) {
		return nil
	}
	for i, param := range fn.Params {
		if _, isChan := param.Type().Underlying().(*types.Chan); !isChan || asked[param] || !slices.Contains(c.Refs(call.Args[i]), e.Ref) {
			continue
		}
		asked[param] = true
		for _, e := range c.Of(param) {
			if e.Ref.Path == nil {
				out = append(out, e)
			}
		}
	}
	return out
}
