package evidence

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// ofAPI reports whether a function is an exported method of an exported type.
func ofAPI(fn *ssa.Function) bool {
	obj, ok := ir.Outermost(fn).Object().(*types.Func)
	if !ok || !obj.Exported() || obj.Signature().Recv() == nil {
		return false
	}
	n := ir.Named(obj.Signature().Recv().Type())
	return n != nil && n.Obj().Exported()
}

// presumedOf returns the functions of an API on the way of a leak, and those that
// lead to it besides, each once.
func (l *Leak) presumedOf(way []*types.Func) (all []*types.Func) {
	seen := make(map[*types.Func]bool)
	add := func(fn *types.Func) {
		if !seen[fn] {
			seen[fn] = true
			all = append(all, fn)
		}
	}
	for _, fn := range way {
		add(fn)
	}
	for _, t := range l.travel {
		if fn, ok := t.fn.Object().(*types.Func); ok && fn.Exported() {
			add(fn)
		}
	}
	return all
}

// parts are needs in terms of values of one function.
type parts struct {
	again    bool
	askMany  bool
	many     []part
	askStays bool
	stays    []part
	outer    needs // in terms of functions around it, judged already
	adds     bool
	stuck    bool
}

type part struct {
	v     ssa.Value
	refs  []effects.Ref // what it is, if that is not what v may be
	path  string
	apart bool // see place
}

func (l *Leak) parts() parts {
	n := l.Needs
	p := parts{again: n.Again, askMany: n.Many != nil || l.many != nil, askStays: n.Stays != nil || n.Of != nil || l.stays != nil, adds: n.Adds, many: l.many, stays: l.stays}
	for _, v := range n.Many {
		if n.Through == nil {
			p.many = append(p.many, part{v: v, path: n.Path})
		}
	}
	for _, v := range n.Stays {
		p.stays = append(p.stays, part{v: v})
	}
	for _, r := range n.Of {
		p.stays = append(p.stays, part{v: r.Root, refs: []effects.Ref{r}})
	}
	return p
}
