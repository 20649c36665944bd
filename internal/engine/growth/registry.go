package growth

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A registry is a container that other packages fill while the program
// starts. Nothing in the package that holds it shows that; what shows is how
// the function that fills it treats its callers.

// registers reports whether a growth is that of a registry: a function that is
// named like one does it, and the package calls that only in once code; or a
// key that is there already makes it panic, which is how to treat names written
// in programs, not names that come at run time.
func (f *finder) registers(e *effects.Event) bool {
	return f.named(e) || isRegistry(e.Ref.Root) || f.panicsIfPresent(e.Instr, e) ||
		e.Origin != nil && e.Origin.Parent() != nil && f.panicsIfPresent(e.Origin, e)
}

// isRegistry reports whether a package variable, or the type of what it holds,
// is called a registry.
func isRegistry(root ssa.Value) bool {
	called := func(name string) bool { return strings.Contains(strings.ToLower(name), "regist") }
	n := ir.Named(deref(root.Type()))
	return called(root.Name()) || n != nil && called(n.Obj().Name())
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// verbs begin the names of functions that programs are configured by. Those
// in adders also begin names of functions that requests are served by; they
// count where what is added is code. So does Set alone as a method, but neither
// SetLevel nor a function Set.
var (
	verbs = []string{
		"Register", "MustRegister", "Bind", "Configure", "Declare", "Define", "Disable", "Enable", "Install", "Override", "Provide",
		"AtExit", "OnExit", "OnFinal", "OnInit", "OnShutdown", "OnStart", // what happens once per process,
		"OnInterrupt", "OnQuit", "OnReload", "OnSignal", "OnTerm", // and to it
	}
	adders = []string{"Add", "Append", "Set"}
)

func (f *finder) named(e *effects.Event) bool {
	fn := ir.Outermost(e.Func())
	repeats := func(use ssa.Instruction) bool {
		return f.Repeatable(use) && !namesSetUp(strings.ToLower(ir.Outermost(use.Parent()).Name()))
	}
	if !token.IsExported(fn.Name()) || slices.ContainsFunc(f.Uses(fn), repeats) {
		return false
	}
	begins := func(verb string) bool { return strings.HasPrefix(fn.Name(), verb) }
	if begins("Set") && (fn.Name() != "Set" || fn.Signature.Recv() == nil) {
		return true
	}
	return slices.ContainsFunc(verbs, begins) || putsCode(e) || slices.ContainsFunc(adders, begins) && takesCode(fn.Signature.Params())
}

// putsCode reports whether a function that its caller gave goes into a map
// under a name that the caller gave, too.
func putsCode(e *effects.Event) bool {
	put, ok := e.Instr.(*ssa.MapUpdate)
	if !ok {
		return false
	}
	v, given := ir.Unwrap(put.Value).(*ssa.Parameter)
	if !given {
		return false
	}
	_, isFunc := v.Type().Underlying().(*types.Signature)
	_, named := ir.Unwrap(put.Key).(*ssa.Parameter)
	return isFunc && named
}

// takesCode reports whether a parameter is a function or has methods that its
// caller chose.
func takesCode(params *types.Tuple) bool {
	for v := range params.Variables() {
		switch t := v.Type().Underlying().(type) {
		case *types.Signature:
			return true
		case *types.Interface:
			if t.NumMethods() > 0 && v.Type().String() != "error" {
				return true
			}
		}
	}
	return false
}

func (f *finder) panicsIfPresent(instr ssa.Instruction, e *effects.Event) bool {
	return slices.ContainsFunc(f.presences(instr.Parent()), func(look presence) bool {
		return f.sameObject(look.in, e) && neverReturns(look.found, instr.Block())
	})
}

// A presence is a condition that asks whether a key is in a container.
type presence struct {
	in    ssa.Value       // the container
	at    *ssa.BasicBlock // that the condition ends
	found *ssa.BasicBlock // to which control goes if the key is there
}

// presences returns the conditions of fn that ask for a key.
func (f *finder) presences(fn *ssa.Function) []presence {
	looks, known := f.looks[fn]
	if known {
		return looks
	}
	for _, b := range fn.Blocks {
		if br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			if in, found := asksPresence(br); in != nil {
				looks = append(looks, presence{in, b, found})
			}
		}
	}
	f.looks[fn] = looks
	return looks
}

// asksPresence returns the container in which a condition looks something up,
// and the block to which control goes if it is there; nil if it does not.
func asksPresence(br *ssa.If) (in ssa.Value, found *ssa.BasicBlock) {
	var cond ssa.Value
	b := br.Block()
	if x, nilEdge, ok := ir.NilEdge(b); ok {
		cond, found = x, b.Succs[1-nilEdge.Succ]
	} else if not, ok := br.Cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		cond, found = not.X, b.Succs[1]
	} else {
		cond, found = br.Cond, b.Succs[0]
	}
	if ext, ok := cond.(*ssa.Extract); ok {
		cond = ext.Tuple
	}
	switch look := cond.(type) {
	case *ssa.Lookup:
		return look.X, found
	case *ssa.Call:
		if callee := ir.Callee(&look.Call); callee != nil && strings.HasPrefix(callee.FullName(), "(*sync.Map).Load") {
			return look.Call.Args[0], found
		}
	}
	return nil, nil
}

// sameObject reports whether v is the container of an event or a sibling of
// it: a registry may keep a list of its keys.
func (f *finder) sameObject(v ssa.Value, e *effects.Event) bool {
	return f.samePlace(v, e) || slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool {
		_, receiver := r.Root.(*ssa.Parameter)
		return (receiver || r.Root == e.Ref.Root) && r.Path.Parent() == e.Ref.Path.Parent()
	})
}

// neverReturns reports whether control that comes to a block neither leaves
// the function nor gets to the block grows.
func neverReturns(from, grows *ssa.BasicBlock) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	work := []*ssa.BasicBlock{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b] {
			continue
		}
		seen[b] = true
		if b == grows {
			return false
		}
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			return false
		}
		work = append(work, b.Succs...)
	}
	return true
}
