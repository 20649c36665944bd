package growth

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A memo is a map that keeps what was found out or made once per key. How many
// keys there are is up to what the key names; this file knows the kinds of which
// there are few.

// hostPackages are those whose functions tell what the machine has: files,
// users, programs, variables of the environment.
var hostPackages = map[string][]string{
	"os":            {"Getenv", "LookupEnv", "Lstat", "Open", "ReadDir", "ReadFile", "Readlink", "Stat"},
	"io/ioutil":     {"ReadDir", "ReadFile"},
	"os/exec":       {"Command", "CommandContext", "LookPath"},
	"os/user":       {"Lookup", "LookupGroup", "LookupGroupId", "LookupId"},
	"path/filepath": {"EvalSymlinks", "Glob", "Walk", "WalkDir"},
}

// remembersHost reports whether a growth keeps what the machine said about a
// name: about the key, or in the value. The machine bounds how many files,
// users and programs there are, unless clients choose the names, or what is
// kept is open.
func (f *finder) remembersHost(e *effects.Event) bool {
	key := keyOf(e)
	if key == nil {
		return false
	}
	at := grows(e)
	fn := ir.Outermost(at.Parent())
	asks := f.hostCalls(fn)
	if len(asks) == 0 {
		return false
	}
	if _, open := f.endless(key); open {
		return false
	}
	keys, put := f.trace(key), f.trace(inserted(at))
	return slices.ContainsFunc(asks, func(ask *ssa.Call) bool {
		if put.seen[ask] {
			return effects.TeardownOf(ir.Unwrap(inserted(at)).Type()) == nil
		}
		about := f.trace(ir.Args(&ask.Call)...)
		return slices.ContainsFunc(about.sources, func(s Source) bool { return s.Origin != Program && keys.seen[s.Value] })
	})
}

// keepsInstances reports whether a growth keeps an object of the module, or of
// one that it uses, that was made because there was none yet under the key: of
// clients, file systems and the like there are as many as are configured. It
// is another matter if keys come and go, by where they come from or what they
// are called.
func (f *finder) keepsInstances(e *effects.Event) bool {
	at := grows(e)
	key, v := keyOf(e), inserted(at)
	if v == nil || key == nil || !isInstance(ir.Unwrap(v).Type()) || !f.onlyIfAbsent(at, e) {
		return false
	}
	t := f.trace(key)
	return !slices.ContainsFunc(t.sources, func(s Source) bool { return s.Origin > Caller }) && !t.joined && !slices.ContainsFunc(t.names, namesGuest)
}

// namesGuest reports whether a name is that of what comes and goes, other than
// places that the program connects to: there is an object per service.
func namesGuest(name string) bool {
	places := []string{"addr", "address", "host", "hostname", "url"}
	return isOpen(name) && !slices.ContainsFunc(words(name), func(w string) bool { return slices.Contains(places, w) })
}

// isInstance reports whether values of a type are objects of a module: it is
// a pointer to a struct that the standard library does not declare.
func isInstance(typ types.Type) bool {
	n := ir.Named(typ)
	if n == nil || !isPointer(typ) || n.Obj().Pkg() == nil {
		return false
	}
	_, object := n.Underlying().(*types.Struct)
	return object && !isStd(n.Obj().Pkg().Path()) && n.Obj().Pkg().Path() != "golang.org/x/time/rate"
}

// onlyIfAbsent reports whether an instruction runs only where a look-up in the
// container of the event found nothing.
func (f *finder) onlyIfAbsent(instr ssa.Instruction, e *effects.Event) bool {
	return slices.ContainsFunc(f.presences(instr.Parent()), func(look presence) bool {
		for b := instr.Block(); b != nil; b = b.Idom() {
			if slices.Contains(b.Preds, look.at) && (look.found != b || len(b.Preds) > 1) && f.sameObject(look.in, e) {
				return true
			}
		}
		return false
	})
}

// grows returns the statement of this package that adds the element.
func grows(e *effects.Event) ssa.Instruction {
	if e.Origin != nil && e.Origin.Parent() != nil {
		return e.Origin
	}
	return e.Instr
}

var syncMapPuts = map[string]bool{"(*sync.Map).Store": true, "(*sync.Map).LoadOrStore": true, "(*sync.Map).Swap": true}

// keyOf returns the key of a growth: where the function that the event is in
// chooses it, or else where the element is added; nil if it has none.
func keyOf(e *effects.Event) ssa.Value {
	if e.Key != nil {
		return e.Key
	}
	if call, ok := grows(e).(ssa.CallInstruction); ok {
		if callee := ir.Callee(call.Common()); callee != nil && syncMapPuts[callee.FullName()] {
			return call.Common().Args[1]
		}
		return nil
	}
	put, ok := grows(e).(*ssa.MapUpdate)
	g, global := e.Ref.Root.(*ssa.Global)
	if !ok || !global || isSlice(typeAt(container{g, e.Ref.Path})) {
		return nil // a list in the map gets longer, not the map
	}
	return put.Key
}

// inserted returns the value that an instruction puts into a map, or nil.
func inserted(instr ssa.Instruction) ssa.Value {
	switch instr := instr.(type) {
	case *ssa.MapUpdate:
		return instr.Value
	case ssa.CallInstruction:
		if args := instr.Common().Args; len(args) > 2 {
			return args[len(args)-1]
		}
	}
	return nil
}

// hostCalls returns the calls in fn, and the literals in it, that ask the
// machine, themselves or through functions of the package.
func (f *finder) hostCalls(fn *ssa.Function) []*ssa.Call {
	calls, known := f.asks[fn]
	if known {
		return calls
	}
	f.asks[fn] = nil // one that calls itself
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && slices.Contains(hostPackages[callee.Pkg().Path()], callee.Name()) {
				calls = append(calls, call)
			} else if static := f.IR.Static(&call.Call); static != nil && len(f.hostCalls(static)) > 0 {
				calls = append(calls, call)
			}
		}
	}
	for _, lit := range fn.AnonFuncs {
		calls = append(calls, f.hostCalls(lit)...)
	}
	f.asks[fn] = calls
	return calls
}
