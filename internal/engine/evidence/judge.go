package evidence

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// maxCalls bounds how many calls a leak is taken up.
const maxCalls = 8

// maxStates bounds how many functions are judged for one leak.
const maxStates = 200

// An outcome is what is known of a leak in a function. Larger ones win: one way
// is enough.
type outcome uint8

const (
	refused outcome = iota
	travels         // callers in other packages of the module decide; nobody else is told
	latent
	manifest
)

// A place is a part of a value: of a parameter, or of what a function made or
// got.
type place struct {
	root  ssa.Value
	path  string
	apart bool // it is what code out of sight made of that
}

// needs are what is still needed in a function, in terms of its parameters and
// those of functions around it.
type needs struct {
	again    bool
	askMany  bool
	many     []place // one of them; roots are parameters
	askStays bool
	stays    []place
	adds     bool
	stuck    bool // something cannot be met any more, nor refused
}

func (n needs) met() bool { return !n.again && !n.askMany && !n.askStays }

// A way is how far a leak was taken, and what was met on it.
type way struct {
	outcome outcome
	reason  Reason
	source  Source
	steps   []Step // from the leak upwards

	presumed []*types.Func // see Leak
}

// A judge judges one leak.
type judge struct {
	*Package
	leak   *Leak
	proved bool // nothing is presumed of callers in other packages
	states int
	active []*ssa.Function
	travel []travelling
}

// A travelling leak is what a function that others may call still needs.
type travelling struct {
	fn    *ssa.Function
	needs needs
}

// judge decides what a leak is, and keeps what callers in other packages have to
// know of it.
func (p *Package) judge(l *Leak) {
	if p.helpsTests(l.At.Parent()) {
		return
	}
	if l.Needs.Unless != nil {
		defer func() {
			// Nobody else is told: whether there is a leak at all is not known here.
			if l.travel = nil; l.Verdict == Latent {
				l.Verdict = Gone
			}
		}()
	}
	proof := &judge{Package: p, leak: l, proved: true}
	w := proof.at(l.At, l.parts(), way{})
	j := proof
	if w.outcome != manifest && !l.Needs.Proof {
		j = &judge{Package: p, leak: l}
		w = j.at(l.At, l.parts(), way{})
	}
	switch w.outcome {
	case manifest:
		if l.Travels {
			return // what its own function does again and again is told where that is found
		}
		if l.Needs.Slight {
			l.Verdict = Latent
			return
		}
		l.Verdict, l.Reason, l.Source = Manifest, w.reason, w.source
		l.Way = w.steps
		slices.Reverse(l.Way)
		if j != proof {
			l.travel = proof.travel
			l.Presumed = l.presumedOf(w.presumed)
		}
		return
	case latent:
		if !l.Quiet {
			l.Verdict = Latent
		}
		l.Source = w.source
	case refused:
		return
	}
	l.travel = j.travel
}

// at judges what is needed at an instruction.
func (j *judge) at(instr ssa.Instruction, want parts, w way) way {
	fn := instr.Parent()
	n := needs{again: want.again, adds: want.adds, stuck: want.stuck}
	if n.again {
		if j.Guarded(instr) {
			w.outcome = refused
			return w
		}
		if r := j.loopAround(instr); r.Kind != NoReason && !j.inTest(fn) {
			n.again, w.reason = false, r
		}
	}
	if want.askMany {
		var sources []Source
		for _, m := range want.many {
			from := j.sourcesOf(m.v, m.path)
			if m.path == "" && !fewSources(from) {
				switch {
				case j.isEntry(m.v, fn):
					sources = append(sources, Source{From: Entry, Value: m.v, Apart: allApart(from)})
				case !j.leak.isKey(m.v):
				case j.ends(m.v):
					sources = append(sources, Source{From: Pointer, Value: m.v})
				case j.comeAndGo(m.v):
					sources = append(sources, Source{From: Entry, Value: m.v})
				}
			}
			for _, s := range from {
				s.Apart = s.Apart || m.apart
				if s.param != nil && s.path == "" && !s.Apart && j.isEntry(s.param, fn) {
					sources = append(sources, Source{From: Entry, Value: s.param}) // and if that is not enough, callers may know more
				}
				sources = append(sources, s)
			}
		}
		if through := j.leak.Needs.Through; through == instr {
			for _, v := range j.leak.Needs.Many {
				sources = append(sources, j.sourcesThrough(through, v)...)
			}
		}
		for i, s := range sources {
			if s.From.many() && (j.leak.Needs.Strict && s.Apart || s.From < j.leak.Needs.Least || j.leak.Needs.Wire && !s.wire()) {
				sources[i] = Source{Value: s.Value}
			}
		}
		n.many = append(n.many, want.outer.many...)
		if s, ok := best(sources); ok {
			w.source, n.many = s, nil
		} else if fewSources(sources) && len(n.many) == 0 && len(sources) > 0 {
			w.outcome = refused
			return w
		} else {
			n.askMany = true
			for _, s := range sources {
				if s.param != nil && !(s.Apart && j.leak.Needs.Strict) && !slices.Contains(n.many, place{s.param, s.path, s.Apart}) {
					n.many = append(n.many, place{s.param, s.path, s.Apart})
				}
			}
			n.stuck = n.stuck || len(n.many) == 0
		}
	}
	if want.askStays {
		n.stays = append(n.stays, want.outer.stays...)
		stays, lost := false, false
		for _, s := range want.stays {
			roots, is, unknown := j.roots(s, 0)
			stays, lost = stays || is, lost || unknown
			n.stays = append(n.stays, roots...)
		}
		if !n.again {
			stays = stays || slices.ContainsFunc(n.stays, func(s place) bool { return j.beforeLoop(s.root, instr) })
		}
		if !stays {
			n.askStays = true
			if len(n.stays) == 0 {
				if !lost {
					w.outcome = refused
					return w
				}
				n.stuck = true
			}
		} else {
			n.stays = nil
		}
	}
	return j.in(fn, n, w)
}

// allApart reports whether code out of sight has made all of sources: what is put under the
// name that something gives itself comes and goes under the same few names.
func allApart(sources []Source) bool {
	return !slices.ContainsFunc(sources, func(s Source) bool { return !s.Apart })
}

// roots returns what a holder may be: places of parameters, captured variables
// and calls. It stays if it is a package variable; unknown says that it may be
// something else than what is in sight.
func (j *judge) roots(s part, depth int) (roots []place, stays, unknown bool) {
	if depth > maxDepth {
		return nil, false, true
	}
	passing := false
	refs := s.refs
	if refs == nil {
		refs = j.Refs(s.v)
	}
	for _, r := range refs {
		path := r.Path.String() + s.path
		if j.passing(r.Root.Type(), path) {
			passing = true
			continue
		}
		switch root := r.Root.(type) {
		case *ssa.Global:
			if j.leak.Needs.Keeper && root.Pkg == j.IR.SSA {
				passing = true // what grows in a package variable is found there
				continue
			}
			stays = true
		case *ssa.Parameter:
			roots = append(roots, place{root: root, path: path})
		case *ssa.Call:
			// What an object gives when it is asked stays as long as it does.
			if args := ir.Args(&root.Call); len(args) == 1 && !j.leak.Needs.Keeper && ir.Callee(&root.Call) != nil && ir.Callee(&root.Call).Signature().Recv() != nil {
				more, is, lost := j.roots(part{v: args[0], path: "()"}, depth+1)
				roots, stays, unknown = append(roots, more...), stays || is, unknown || lost
				continue
			}
			roots = append(roots, place{root: root, path: path})
		case *ssa.Extract:
			roots = append(roots, place{root: root, path: path})
		case *ssa.Alloc:
			if isVariable(root) && s.v != ssa.Value(root) {
				continue // the variable that holds it
			}
			roots = append(roots, place{root: root, path: path})
		default:
			unknown = true
		}
	}
	return roots, stays, unknown || len(roots) == 0 && !passing
}

// passing reports whether what a path leads to, from a value of a type, goes before that
// does: something on the way is set to nil while its owner is in use. What keeps what
// leaks has to stay itself: it is no element of a list, a channel or a map that loses
// elements, and nothing on the way is replaced.
func (j *judge) passing(typ types.Type, path string) bool {
	var own *types.Var // the last field of the package on the way
	for name := range strings.SplitSeq(path, ".") {
		elems := strings.Count(name, "[]")
		if name = strings.TrimSuffix(name, strings.Repeat("[]", elems)); name != "" {
			f := fieldNamed(typ, name)
			if f == nil {
				return false
			}
			f = f.Origin()
			if j.emptied()[f] || j.leak.Needs.Keeper && !j.leak.Needs.Owed && j.renewed(f) {
				return true
			}
			if f.Pkg() == j.pass.Pkg {
				own = f
			}
			typ = f.Type()
		}
		for ; elems > 0 && j.leak.Needs.Keeper; elems-- {
			if isList(typ) || own != nil && slices.ContainsFunc(j.UnderField(own), j.takesOut) {
				return true
			}
			m, ok := typ.Underlying().(*types.Map)
			if !ok {
				return false
			}
			typ = m.Elem()
		}
	}
	return false
}

func isList(typ types.Type) bool {
	switch typ.Underlying().(type) {
	case *types.Chan, *types.Slice, *types.Array:
		return true
	}
	return false
}

// fieldNamed returns the field of a struct, or of one that is pointed to, or nil.
func fieldNamed(typ types.Type, name string) *types.Var {
	if ptr, ok := typ.Underlying().(*types.Pointer); ok {
		typ = ptr.Elem()
	}
	s, ok := typ.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for f := range s.Fields() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

// generated reports whether a method that takes a message is one of a service.
func generated(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	return !ok || convention.Generated(obj)
}
