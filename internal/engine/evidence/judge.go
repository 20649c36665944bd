package evidence

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
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
			if m.path == "" && !fewSources(from) && j.isEntry(m.v, fn) {
				sources = append(sources, Source{From: Entry, Value: m.v})
			}
			for _, s := range from {
				s.Apart = s.Apart || m.apart
				if s.param != nil && s.path == "" && !s.Apart && j.isEntry(s.param, fn) {
					s = Source{From: Entry, Value: s.param}
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
			if isVariable(root) {
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

// in judges what is needed when fn runs.
func (j *judge) in(fn *ssa.Function, n needs, w way) way {
	if n.met() {
		return j.met(w)
	}
	j.states++
	if j.states > maxStates || len(w.steps) > maxCalls || slices.Contains(j.active, fn) {
		w.outcome = refused
		return w
	}
	if (j.starts(fn) || j.helpsTests(fn)) && (n.again || n.stuck) {
		w.outcome = refused
		return w
	}
	if j.leak.Travels {
		// What a literal does is told to the callers of the function around it.
		j.travel = append(j.travel, travelling{ir.Outermost(fn), n})
		w.outcome = travels
		return w
	}
	j.active = append(j.active, fn)
	defer func() { j.active = j.active[:len(j.active)-1] }()

	r := j.reached(fn)
	if h, ok := j.handler(fn); ok && !(j.leak.Needs.Keeper && !generated(fn)) {
		n.stays = slices.DeleteFunc(slices.Clone(n.stays), endsWithCall)
		if n.askStays && len(n.stays) == 0 {
			w.outcome = refused
			return w
		}
		j.often(fn, &n, &w, Reason{Kind: Handler, Pos: fn.Pos(), Name: fn.Name(), Per: h.Per})
	} else if r.often.Kind != NoReason {
		j.often(fn, &n, &w, r.often)
	} else if o := j.object(fn, j.proved); o.Kind != NoReason && (n.again || n.askStays) {
		w.presumed = append(slices.Clip(w.presumed), o.presumed...)
		j.perObject(fn, &n, &w, o, r)
	}
	if n.askStays && j.ofKeeper(fn, n, w.reason) {
		n.askStays, n.stays = false, nil
	}
	if n.askMany && !j.proved && j.pointers(fn, n) && j.everybody(j.leak, fn, r) {
		w.presumed = append(slices.Clip(w.presumed), fn.Object().(*types.Func))
		n.askMany, n.many, w.source = false, nil, Source{From: Pointer, Value: n.many[0].root}
	}
	if n.met() || j.leak.Needs.Owed && !n.again && !n.askStays {
		return j.met(w) // that there are many is presumed of what comes and goes
	}
	if n.askStays && len(n.stays) > 0 && !slices.ContainsFunc(n.stays, func(s place) bool { return isParam(s.root) || rootFunc(s.root) != fn }) {
		w.outcome = refused // each call has its own
		return w
	}
	ofReceiver := n.askStays && !slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		return ok && param.Parent() == fn && !isReceiver(param)
	})
	if j.uncalled(fn, r) && !n.stuck && !ofReceiver && !(j.leak.Needs.Keeper && n.askStays) {
		w.reason = Reason{Kind: Uncalled, Pos: fn.Pos(), Name: fn.Name()}
		return j.met(w)
	}
	if n.adds && n.again && !j.proved && !n.askMany && !n.askStays && w.source.From.anew() && j.everybody(j.leak, fn, r) {
		w.presumed = append(slices.Clip(w.presumed), fn.Object().(*types.Func))
		w.reason = Reason{Kind: API, Pos: fn.Pos(), Name: fn.Name()}
		return j.met(w)
	}
	if j.Once(fn) && n.again {
		// Loops in the once code around it may still run it again and again.
		n.adds = false
	}
	result := way{outcome: refused}
	others := false // callers of which some is not code in the making
	consider := func(c way) {
		others = others || c.outcome != manifest || c.reason.Kind != Uncalled
		if c.outcome > result.outcome || c.outcome == manifest && len(c.steps) < len(result.steps) {
			result = c
		}
	}
	up := func(s site) {
		if call, ok := s.at.(ssa.CallInstruction); ok && j.leak.Needs.Keeper && ofReceiver && call.Common().IsInvoke() {
			consider(way{outcome: latent, source: w.source})
			return
		}
		want, ok := j.supplied(fn, s, n)
		if !ok {
			consider(way{outcome: latent, source: w.source})
			return
		}
		want.adds = want.adds && !s.lent // that may call it once
		next := w
		next.steps = append(slices.Clone(w.steps), Step{s.at, fn})
		consider(j.at(s.at, want, next))
	}
	if fn.Parent() != nil && !n.again {
		// What a literal captured was there when it was made.
		for _, v := range j.Literal(fn) {
			if mc, ok := v.(ssa.Instruction); ok {
				up(site{at: mc})
			}
		}
	} else {
		for _, s := range r.sites {
			up(s)
		}
	}
	if result.outcome == manifest {
		if result.reason.Kind == Uncalled && others {
			result.outcome = latent // the finished ones show what it is for
		}
		return result
	}
	if j.leak.Needs.Owed {
		if result.outcome == refused && len(r.sites) > 0 {
			return result
		}
		if ofAPI(fn) {
			return j.met(w)
		}
	}
	obj, declared := fn.Object().(*types.Func)
	switch {
	case declared && fn.Parent() == nil && callable(obj):
		api := convention.Importable(j.pass.Pkg)
		if result.outcome == refused && len(r.sites) > 0 && api {
			return result // what the package itself gives it shows what it is for
		}
		if !n.stuck {
			j.travel = append(j.travel, travelling{fn, n})
		}
		if api {
			result.outcome = max(result.outcome, latent)
		} else {
			result.outcome = max(result.outcome, travels)
		}
	case r.open:
		result.outcome = max(result.outcome, latent)
	}
	result.source = w.source
	return result
}

func (j *judge) met(w way) way {
	w.outcome = manifest
	return w
}

// callable reports whether other packages may call a function by its name.
func callable(fn *types.Func) bool {
	return fn.Exported() && fn.Pkg().Name() != "main"
}

// often meets what runs that follow each other show.
func (j *judge) often(fn *ssa.Function, n *needs, w *way, r Reason) {
	if n.again {
		n.again, w.reason = false, r
	}
	if slices.ContainsFunc(n.stays, func(s place) bool {
		made, ok := s.root.(*ssa.Alloc)
		return ok && made.Parent() == fn
	}) {
		return // each run makes its own
	}
	if n.askStays && slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		if ok && param.Parent() == fn {
			return isReceiver(param) // a handler's receiver is there before the request
		}
		def, ok := s.root.(interface{ Parent() *ssa.Function })
		return ok && def.Parent() != fn // captured
	}) {
		n.askStays, n.stays = false, nil
	}
}

// supplied puts what fn needs in terms of what a site gives it. It is not ok if
// the site does not say.
func (j *judge) supplied(fn *ssa.Function, s site, n needs) (parts, bool) {
	want := parts{again: n.again, askMany: n.askMany, askStays: n.askStays, adds: n.adds, stuck: n.stuck}
	give := func(places []place) (inner []part, outer []place, ok bool) {
		ok = true
		for _, pl := range places {
			param, isParam := pl.root.(*ssa.Parameter)
			switch {
			case isParam && param.Parent() == fn:
				i := slices.Index(fn.Params, param)
				if i >= len(s.args) {
					ok = false
					continue
				}
				inner = append(inner, part{v: s.args[i], path: pl.path, apart: pl.apart})
			case isParam || rootFunc(pl.root) != fn:
				outer = append(outer, pl)
			}
		}
		return inner, outer, ok || len(inner)+len(outer) > 0
	}
	var ok1, ok2 bool
	want.many, want.outer.many, ok1 = give(n.many)
	want.stays, want.outer.stays, ok2 = give(n.stays)
	return want, ok1 && ok2
}

func isParam(v ssa.Value) bool {
	_, ok := v.(*ssa.Parameter)
	return ok
}

func rootFunc(v ssa.Value) *ssa.Function {
	if v, ok := v.(interface{ Parent() *ssa.Function }); ok {
		return v.Parent()
	}
	return nil
}

// isOnceBody reports whether a call gives a function to a sync.Once of the
// package, or to a function that makes one, which runs it once.
func (p *Package) isOnceBody(call ssa.CallInstruction) bool {
	callee := ir.Callee(call.Common())
	if callee == nil {
		return false
	}
	switch callee.FullName() {
	case "(*sync.Once).Do":
		return slices.ContainsFunc(p.Refs(call.Common().Args[0]), func(r effects.Ref) bool { return p.OfPackage(r.Root) })
	case "sync.OnceFunc", "sync.OnceValue", "sync.OnceValues":
		return !p.Repeatable(call)
	}
	return false
}
