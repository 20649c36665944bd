package closeleak

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

// taken reports where a function forgets what it takes over from its caller: a parameter that
// it gives back where one thing fails and returns, or puts into what it returns, where nothing
// does; and that it drops where another thing fails. Or it keeps it in an object that gives it
// back, and on one way does not; and returns nothing that tells. Who calls it does not give it back.
func (c *checker) taken(fn *ssa.Function) {
	for i, param := range fn.Params {
		if i == 0 && fn.Signature.Recv() != nil {
			continue
		}
		a := c.parameter(param)
		if a == nil {
			continue
		}
		gives, keeps := slices.ContainsFunc(c.Of(param), a.ends), (*effects.Event)(nil)
		if fn.Signature.Results().Len() == 0 {
			keeps = c.keeper(param)
		}
		if !gives && keeps == nil {
			continue
		}
		a.out = lifetime.CheckParameter(c.Package.Package, param, a.spec(c))
		exit, ok := a.out.Exit.(*ssa.Return)
		if !ok || exit.Parent() != fn {
			continue
		}
		witness := keeps
		if witness == nil {
			i := slices.IndexFunc(a.out.Releases, func(e *effects.Event) bool {
				return a.ends(e) && e.Callee != nil && e.Mode == effects.Now
			})
			if i < 0 || !ir.Fails(exit) || !c.handedOn(a, exit) {
				continue
			}
			witness = a.out.Releases[i]
		} else if len(exit.Block().Preds) != 1 || c.asked(param, exit) {
			continue
		}
		if c.callersKeep(fn, i, a) {
			continue
		}
		a.Ends = []string{witness.Name}
		l := account.Found(c.Package, exit, "error-path", a.noun()+" that the function takes over is not "+a.released()+" here")
		l.Notes = append(l.Notes, finding.Note{Pos: param.Pos(), Text: "given here"})
		account.Note(c.Package, l, witness.Instr, a.released()+" here on another path")
		c.add(exit, l, account.Owes)
	}
}

// keeper returns the event by which the end of an object gives back what a function puts into one
// of its fields, or nil.
func (c *checker) keeper(v ssa.Value) *effects.Event {
	for _, e := range c.Of(v) {
		field := e.To.Path.Field()
		if e.Kind != effects.Store || e.Via || e.Ref.Path != nil || field == nil {
			continue
		}
		for _, given := range c.OfField(field) {
			if given.Ends() && c.InTeardown(ir.Outermost(given.Func())) {
				return given
			}
		}
	}
	return nil
}

// asked reports whether control comes to an exit because of what a parameter is.
func (c *checker) asked(param *ssa.Parameter, exit *ssa.Return) bool {
	const deep = 6
	var of func(v ssa.Value, depth int) bool
	of = func(v ssa.Value, depth int) bool {
		if v == ssa.Value(param) || depth == deep {
			return true
		}
		in, ok := v.(ssa.Instruction)
		if !ok {
			return false
		}
		var operands [8]*ssa.Value
		return slices.ContainsFunc(in.Operands(operands[:0]), func(op *ssa.Value) bool { return *op != nil && of(*op, depth+1) })
	}
	for b := range ir.Dominators(exit.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		if br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If); ok && of(br.Cond, 0) {
			return true
		}
	}
	return false
}

// wrapperFails reports a value that a function gives to another one whose results it returns as
// they are: what wraps the value or, where that fails, nothing that has it, and nobody has given
// it back.
func (c *checker) wrapperFails(a *acquisition) bool {
	for _, e := range a.out.Kept {
		ret, ok := e.Instr.(*ssa.Return)
		if !ok || e.Kind != effects.Return || !e.Via || ret.Parent() != a.call.Parent() {
			continue
		}
		ext, ok := ret.Results[e.Index].(*ssa.Extract)
		if !ok {
			continue
		}
		call, ok := ext.Tuple.(*ssa.Call)
		if !ok || call.Block() != ret.Block() || !slices.ContainsFunc(ret.Results, func(r ssa.Value) bool {
			err, ok := r.(*ssa.Extract)
			return ok && err.Tuple == ext.Tuple && ir.IsError(err.Type())
		}) {
			continue
		}
		fn := c.IR.Static(&call.Call)
		if fn == nil {
			continue
		}
		for i, arg := range ir.Args(&call.Call) {
			if i >= len(fn.Params) || !slices.Contains(c.Refs(arg), effects.Ref{Root: a.v}) {
				continue
			}
			out := lifetime.CheckParameter(c.Package.Package, fn.Params[i], a.spec(c))
			if exit, ok := out.Exit.(*ssa.Return); ok && len(out.Releases) == 0 && ir.Fails(exit) {
				a.out.Exit = exit
				return true
			}
		}
	}
	return false
}

// wrapperOf returns the call that makes something of a value with which that is given back, and is lost
// on the way on which it is; nil if there is none.
func (c *checker) wrapperOf(a *acquisition) *ssa.Call {
	if len(a.out.Releases) == 0 || a.out.Exit == nil {
		return nil
	}
	end, ok := a.out.Releases[0].Instr.(ssa.CallInstruction)
	if !ok || len(ir.Args(end.Common())) == 0 {
		return nil
	}
	wrapper, ok := definer(ir.Unwrap(ir.Args(end.Common())[0])).(*ssa.Call)
	if !ok || wrapper == a.call || !wrapper.Block().Dominates(a.out.Exit.Block()) || !slices.ContainsFunc(ir.Args(&wrapper.Call), func(arg ssa.Value) bool {
		return slices.Contains(c.Refs(arg), effects.Ref{Root: a.v})
	}) {
		return nil
	}
	return wrapper
}

// besideError returns the return statement by which a function of the package, that several call,
// gives back a value which a caller has given to it, together with an error of its own, if that
// is where the caller loses the value: others do so, too. It is nil if that is not so.
func (c *checker) besideError(a *acquisition) *ssa.Return {
	if a.v == nil || a.out.Exit == nil {
		return nil
	}
	for err := range ir.Errors(a.out.Exit.Block()) {
		through, ok := definer(err).(*ssa.Call)
		if !ok {
			continue
		}
		fn := c.IR.Static(&through.Call)
		if fn == nil || len(c.Uses(fn)) < 2 {
			return nil
		}
		for i, arg := range ir.Args(&through.Call) {
			if i < len(fn.Params) && slices.Contains(c.Refs(arg), effects.Ref{Root: a.v}) {
				return c.failsWith(fn, fn.Params[i])
			}
		}
		return nil
	}
	return nil
}

// failsWith returns where a function returns what it is given and an error that it is not given, or nil.
func (c *checker) failsWith(fn *ssa.Function, param *ssa.Parameter) *ssa.Return {
	is := func(v ssa.Value) bool { return slices.Contains(c.Refs(v), effects.Ref{Root: param}) }
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || !ir.Fails(ret) || !slices.ContainsFunc(ret.Results, is) {
			continue
		}
		if !slices.ContainsFunc(c.Refs(ret.Results[len(ret.Results)-1]), func(r effects.Ref) bool { return slices.Contains(fn.Params, asParameter(r.Root)) }) {
			return ret
		}
	}
	return nil
}

func asParameter(v ssa.Value) *ssa.Parameter {
	param, _ := v.(*ssa.Parameter)
	return param
}

// maxGiven bounds how far a value is followed that one function gives to another.
const maxGiven = 3

// calleeForgets reports a value that nobody gives back but a function which the value is given to, and
// that only on some of its ways.
func (c *checker) calleeForgets(a *acquisition) bool {
	out := c.forgottenIn(a, a.v, a.call.Parent(), a.out, 0)
	if out == nil {
		return false
	}
	a.out.Exit, a.out.Releases = out.Exit, out.Releases
	return true
}

// forgottenIn returns what becomes of a value in a function that forgets it and gets it from another
// one, or nil.
func (c *checker) forgottenIn(a *acquisition, v ssa.Value, in *ssa.Function, out lifetime.Outcome, depth int) *lifetime.Outcome {
	for _, e := range out.Releases {
		call, ok := e.Instr.(ssa.CallInstruction)
		if !ok || e.Mode == effects.Deferred || call.Parent() != in {
			continue
		}
		fn := c.IR.Static(call.Common())
		if fn == nil || fn.Parent() != nil || slices.ContainsFunc(slices.Concat(out.Releases, out.Kept), func(other *effects.Event) bool { return other.Instr != e.Instr }) {
			continue
		}
		for i, arg := range ir.Args(call.Common()) {
			if i >= len(fn.Params) || i == 0 && fn.Signature.Recv() != nil || !c.only(arg, v) {
				continue
			}
			inner := lifetime.CheckParameter(c.Package.Package, fn.Params[i], a.spec(c))
			exit, ok := inner.Exit.(*ssa.Return)
			if ok && len(inner.Releases) > 0 && !told(exit) {
				return &inner
			}
			if inner.Exit == nil && depth < maxGiven {
				return c.forgottenIn(a, fn.Params[i], fn, inner, depth+1)
			}
		}
	}
	return nil
}

// only reports whether an argument is nothing but a value.
func (c *checker) only(arg, v ssa.Value) bool {
	refs := c.Refs(arg)
	return len(refs) == 1 && refs[0] == effects.Ref{Root: v}
}

// told reports whether control comes to an exit because of what a parameter is: who calls the function
// may know that.
func told(exit *ssa.Return) bool {
	for b := range ir.Dominators(exit.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		if br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If); ok && given(br.Cond) {
			return true
		}
	}
	return false
}

// given reports whether a condition is one about parameters alone, or their fields.
func given(cond ssa.Value) bool {
	switch v := cond.(type) {
	case *ssa.Parameter:
		return true
	case *ssa.BinOp:
		_, kx := v.X.(*ssa.Const)
		_, ky := v.Y.(*ssa.Const)
		return (kx || given(v.X)) && (ky || given(v.Y))
	case *ssa.UnOp:
		return v.Op != token.ARROW && given(v.X)
	case *ssa.FieldAddr:
		return given(v.X)
	case *ssa.Field:
		return given(v.X)
	}
	return false
}

// parameter returns what a parameter leaves to be given back, if it may, or nil.
func (c *checker) parameter(param *ssa.Parameter) *acquisition {
	a := &acquisition{Debt: duty.Debt{Result: -1, Param: -1, Behind: "value", Parent: -1}, v: param}
	n := ir.Named(param.Type())
	if n == nil || n.Obj().Pkg() == nil {
		return nil
	}
	if n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == "Response" {
		a.Path, a.Behind, a.Ends = ".Body", "response body", []string{"Close"}
		return a
	}
	end := effects.TeardownOf(param.Type())
	if end == nil || c.DoesNothing(end) {
		return nil
	}
	a.Behind, a.Ends = n.Obj().Pkg().Name()+"."+n.Obj().Name(), []string{end.Name()}
	return a
}

// handedOn reports whether a function returns a parameter, or something that has it, where
// nothing fails: not at the exit.
func (c *checker) handedOn(a *acquisition, exit *ssa.Return) bool {
	return slices.ContainsFunc(a.out.Kept, func(e *effects.Event) bool {
		ret, ok := e.Instr.(*ssa.Return)
		return ok && e.Kind == effects.Return && ret.Parent() == exit.Parent() && ir.IsNil(exit.Results[e.Index])
	})
}

// callersKeep reports whether a caller of a function gives back what it calls it with.
func (c *checker) callersKeep(fn *ssa.Function, param int, a *acquisition) bool {
	return slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok || param >= len(ir.Args(call.Common())) {
			return false
		}
		return slices.ContainsFunc(c.Refs(ir.Args(call.Common())[param]), func(r effects.Ref) bool {
			return slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
				return e.Ref.Path == r.Path && a.PaidBy(e) && e.Callee != nil && e.Ends()
			})
		})
	})
}
