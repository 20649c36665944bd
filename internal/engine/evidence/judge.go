package evidence

import (
	"go/token"
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
		if w.reason.Kind == Loop {
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
			if j.emptied()[f] || j.leak.Needs.Keeper && j.renewed(f) {
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

// renewed reports whether a field gets another value while its owner is in use.
func (j *judge) renewed(f *types.Var) bool {
	return slices.ContainsFunc(j.OfField(f), func(e *effects.Event) bool {
		return e.Kind == effects.Replace && !e.Ref.Path.IsElem() && !effects.Fresh(e.Ref.Root) && j.Repeatable(e.Instr) && !j.inTest(e.Func())
	})
}

// isVariable reports whether an Alloc is the variable that holds a pointer or
// interface, and no object.
func isVariable(cell *ssa.Alloc) bool {
	switch cell.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Map, *types.Slice, *types.Signature, *types.Chan:
		return true
	}
	return false
}

// beforeLoop reports whether a value was there before the unbounded loop around
// an instruction began. A loop over what came from outside ends with that, and so
// may the value.
func (j *judge) beforeLoop(v ssa.Value, at ssa.Instruction) bool {
	for l := j.IR.Graph(at.Parent()).Innermost(at.Block()); l != nil; l = l.Outer {
		if j.endless(l) && !l.Bounded() {
			def, ok := v.(ssa.Instruction)
			// A parameter, or what is of a function around, was there before.
			before := !ok || def.Parent() != at.Parent() || !l.Contains(def.Block())
			return before && !(j.leak.Needs.Keeper && (j.gathers(l) || j.drains(l, v) || j.endsWithStarter(l)))
		}
	}
	return false
}

// drains reports whether a loop goes over a channel until that is closed: what it fills is
// what comes out of it. Not so if the channel is part of v, and closed only when v ends.
func (j *judge) drains(l *ir.Loop, v ssa.Value) bool {
	return slices.ContainsFunc(l.Header.Instrs, func(instr ssa.Instruction) bool {
		recv, ok := instr.(*ssa.UnOp)
		return ok && recv.Op == token.ARROW && recv.CommaOk && !slices.ContainsFunc(j.Refs(recv.X), func(r effects.Ref) bool {
			return r.Root == v && r.Path != nil && !j.closesBefore(r.Path.Field())
		})
	})
}

// generated reports whether a method that takes a message is one of a service.
func generated(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	return !ok || convention.Generated(obj)
}

// closesBefore reports whether the package closes the channel in a field elsewhere than in a
// method that ends its owner.
func (j *judge) closesBefore(f *types.Var) bool {
	return f != nil && slices.ContainsFunc(j.OfField(f), func(e *effects.Event) bool {
		return e.Kind == effects.Close && !j.InTeardown(ir.Outermost(e.Func()))
	})
}

// endsWithStarter reports whether a loop in a literal waits for a channel that the function
// around it makes, and closes.
func (j *judge) endsWithStarter(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			for _, comm := range ir.Comms(instr) {
				if comm.Recv && slices.ContainsFunc(j.Refs(comm.Chan), func(r effects.Ref) bool {
					made, ok := r.Root.(*ssa.MakeChan)
					return ok && slices.ContainsFunc(j.Of(made), func(e *effects.Event) bool { return e.Kind == effects.Close && e.Func() == made.Parent() })
				}) {
					return true
				}
			}
		}
	}
	return false
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

// pointers reports whether what has to have many values is a pointer that the
// caller gives: to what he made.
func (j *judge) pointers(fn *ssa.Function, n needs) bool {
	return j.leak.Needs.Least <= Pointer && slices.ContainsFunc(n.many, func(pl place) bool {
		param, ok := pl.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || pl.path != "" || pl.apart || isReceiver(param) {
			return false
		}
		_, pointer := param.Type().Underlying().(*types.Pointer)
		n := ir.Named(param.Type())
		return pointer && !Describes(param.Type()) && (n == nil || n.Obj().Exported())
	})
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

// perObject meets what an object that comes and goes shows.
func (j *judge) perObject(fn *ssa.Function, n *needs, w *way, r Reason, at *reach) {
	other := w.reason.Kind == Object && w.reason.of != r.of // a part of this one, perhaps
	own := j.object(j.leak.At.Parent(), j.proved).of == r.of
	if n.again {
		n.again, w.reason = false, r
	}
	if n.askStays && slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || endsWithCall(s) || other {
			return false
		}
		if isReceiver(param) {
			return s.path != "" && !j.ownsPart(param.Type(), s.path)
		}
		// What makes objects is given what others have, too, unless call sites show
		// something else. Of what a method is given nothing is known.
		return len(at.sites) == 0 && fn.Signature.Recv() == nil && own
	}) {
		n.askStays, n.stays = false, nil
	}
}

// ofKeeper reports whether what has to stay is a part of the receiver of fn,
// which keeps the objects that show that the leak repeats, and lets them go.
func (j *judge) ofKeeper(fn *ssa.Function, n needs, r Reason) bool {
	if r.Kind != Object || r.of == nil {
		return false
	}
	return slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || !isReceiver(param) {
			return false
		}
		typ := param.Type().Underlying()
		if ptr, ok := typ.(*types.Pointer); ok {
			typ = ptr.Elem().Underlying()
		}
		keeper, ok := typ.(*types.Struct)
		return ok && slices.ContainsFunc(j.containersOf(r.of), func(h holder) bool {
			return h.field != nil && slices.Contains(slices.Collect(keeper.Fields()), h.field) && j.losesElements(h)
		})
	})
}

// ownsPart reports whether what a path from an object leads to goes with it, or
// with another one on the way: it is a part of its memory, or one of the fields is
// filled by who has it.
func (p *Package) ownsPart(typ types.Type, path string) bool {
	fields := fieldsOn(typ, path)
	return slices.ContainsFunc(fields, p.OwnField) || len(fields) > 0 && !slices.ContainsFunc(fields, func(f *types.Var) bool {
		_, is := f.Type().Underlying().(*types.Struct)
		return !is
	})
}

// fieldsOn returns the fields on a path from a value of a type, as far as they are
// known.
func fieldsOn(typ types.Type, path string) (fields []*types.Var) {
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		f := fieldNamed(typ, name)
		if f == nil {
			return fields
		}
		fields = append(fields, f)
		typ = f.Type()
	}
	return fields
}

// indexEmptied returns the fields that something sets to nil which is not the end
// of their owner: what is in them goes sooner.
func (p *Package) indexEmptied() map[*types.Var]bool {
	emptied := make(map[*types.Var]bool)
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) || p.InTeardown(ir.Outermost(fn)) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				k, ok := st.Val.(*ssa.Const)
				addr, isField := st.Addr.(*ssa.FieldAddr)
				if !ok || !isField || !k.IsNil() {
					continue
				}
				if _, making := addr.X.(*ssa.Alloc); !making {
					emptied[effects.FieldOf(addr.X, addr.Field).Origin()] = true
				}
			}
		}
	}
	return emptied
}

// Passing reports whether something on a path is set to nil before its owner ends.
func (p *Package) Passing(path *effects.Path) bool {
	for ; path != nil; path = path.Parent() {
		if f := path.Field(); f != nil && p.emptied()[f.Origin()] {
			return true
		}
	}
	return false
}

// OwnField reports whether the package fills a field with nothing it was given:
// what is in it goes with the object.
func (p *Package) OwnField(f *types.Var) bool {
	made := false
	for _, e := range p.StoredIn(f) {
		if e.Via {
			continue
		}
		switch e.Ref.Root.(type) {
		case *ssa.Parameter, *ssa.Global:
			return false
		}
		made = true
	}
	return made
}

// endsWithCall reports whether a holder is a context that a function is called
// with, or that of a request: it ends with that.
func endsWithCall(s place) bool {
	param, ok := s.root.(*ssa.Parameter)
	if !ok {
		return false
	}
	return s.path == "" && param.Type().String() == "context.Context" || convention.IsRequest(param.Type())
}

func isReceiver(p *ssa.Parameter) bool {
	fn := p.Parent()
	return fn.Signature.Recv() != nil && len(fn.Params) > 0 && p == fn.Params[0]
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
