package retention

import (
	"fmt"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Keepers is the analyzer for those who know a line that allocates and want to know what
// keeps what is allocated there: its result is a [Kept]. Nothing else needs it.
var Keepers = &analysis.Analyzer{
	Name: "memlintkeepers",
	Doc:  "find what keeps what each line allocates",
	Run: effects.Alone(func(pass *analysis.Pass) (any, error) {
		return keepers(effects.Of(pass)), nil
	}),
	Requires:   []*analysis.Analyzer{effects.Analyzer},
	ResultType: reflect.TypeFor[Kept](),
}

// Kept is what keeps what is allocated, in the order of the code.
type Kept []keeper

type keeper struct {
	at    token.Pos // where it is allocated, or where a container grows
	slot  string    // what keeps it, a name that nothing else has; "" if a caller gets it
	words string    // the same for a reader
	from  token.Pos // where it gets there
}

// Keepers calls yield for each of them.
func (k Kept) Keepers(yield func(at token.Pos, slot, words string, from token.Pos)) {
	for _, x := range k {
		yield(x.at, x.slot, x.words, x.from)
	}
}

func keepers(p *effects.Package) Kept {
	var out Kept
	seen := make(map[keeper]bool)
	add := func(k keeper) {
		if k.at.IsValid() && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	// of notes that an instruction keeps what is born at root.
	of := func(root ssa.Value, slot, words string, from ssa.Instruction) {
		instr, ok := root.(ssa.Instruction)
		if !ok {
			return
		}
		at, _ := p.IR.Range(instr)
		k := keeper{at: at, slot: slot, words: words}
		if from != nil {
			k.from, _ = p.IR.Range(from)
		}
		add(k)
	}
	born := make(map[ssa.Value]bool)
	for _, e := range p.Events() {
		if e.Kind == effects.Grow {
			at, _ := p.IR.Range(e.Instr)
			if slot, words, ok := named(p, e.Ref); ok {
				add(keeper{at, slot, words, at})
			}
			continue
		}
		root := e.Ref.Root
		if born[root] {
			continue
		}
		born[root] = true
		for _, h := range Holders(p, root) {
			words := strings.Join(h.Names, " -> ")
			slot, known := "", true
			switch h.Root {
			case Caller:
				of(root, "", "", nil)
				continue
			case Variable, Object:
				slot, words, known = named(p, h.Slot.Ref)
			default:
				// Others have goroutines and timers, too.
				at, _ := p.IR.Range(h.At)
				slot = fmt.Sprintf("%s at %v", words, p.IR.Pass.Fset.Position(at))
			}
			if known {
				of(root, slot, words, h.At)
				for _, x := range captured(p, root) {
					of(x, slot, words, h.At)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b keeper) int { return int(a.at - b.at) })
	return out
}

// named returns the names of a variable or field that outlives the function.
func named(p *effects.Package, r effects.Ref) (slot, words string, ok bool) {
	name := Slot{Ref: r}.Name()
	if g, ok := r.Root.(*ssa.Global); ok {
		return g.Pkg.Pkg.Path() + "." + name, "package variable " + name, true
	}
	f := r.Path.Field()
	n := ir.Named(r.Root.Type())
	if f == nil || n == nil || n.Obj().Pkg() == nil || effects.Fresh(r.Root) {
		return "", "", false
	}
	return n.Obj().Pkg().Path() + "." + name, "field " + name, true
}

// captured returns what is born in the function and captured by a closure, or held by what
// is.
func captured(p *effects.Package, v ssa.Value) []ssa.Value {
	mc, ok := v.(*ssa.MakeClosure)
	if !ok {
		return nil
	}
	var refs []effects.Ref
	for _, b := range mc.Bindings {
		refs = append(refs, p.Refs(b)...)
	}
	var out []ssa.Value
	for _, r := range slices.Concat(refs, p.Held(refs)) {
		out = append(out, r.Root)
	}
	return out
}
