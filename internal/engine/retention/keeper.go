package retention

import (
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
	slot  string    // what keeps it, with the path of its package; "" if a caller gets it
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
		instr, ok := root.(ssa.Instruction)
		if !ok || born[root] {
			continue
		}
		born[root] = true
		at, _ := p.IR.Range(instr)
		for _, h := range Holders(p, root) {
			from, _ := p.IR.Range(h.At)
			switch h.Root {
			case Caller:
				add(keeper{at: at})
			case Variable, Object:
				if slot, words, ok := named(p, h.Slot.Ref); ok {
					add(keeper{at, slot, words, from})
				}
			default:
				words := strings.Join(h.Names, " -> ")
				add(keeper{at, words, words, from})
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
