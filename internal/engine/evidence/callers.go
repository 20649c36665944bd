package evidence

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

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
	if j.shown(fn, r, &n, &w) {
		return w
	}
	if j.Once(fn) && n.again {
		// Loops in the once code around it may still run it again and again.
		n.adds = false
	}
	result, decided := j.callers(fn, r, n, w)
	if decided {
		return result
	}
	return j.abroad(fn, r, n, w, result)
}

// shown takes from the needs what fn itself shows, by what it is and what runs it. It
// reports whether that decides on the way.
func (j *judge) shown(fn *ssa.Function, r *reach, n *needs, w *way) bool {
	if h, ok := j.handler(fn); ok && !(j.leak.Needs.Keeper && !generated(fn)) {
		n.stays = slices.DeleteFunc(slices.Clone(n.stays), endsWithCall)
		if n.askStays && len(n.stays) == 0 {
			w.outcome = refused
			return true
		}
		j.often(fn, n, w, Reason{Kind: Handler, Pos: fn.Pos(), Name: fn.Name(), Per: h.Per})
	} else if r.often.Kind != NoReason {
		j.often(fn, n, w, r.often)
	} else if o := j.object(fn, j.proved); o.Kind != NoReason && (n.again || n.askStays) {
		w.presumed = append(slices.Clip(w.presumed), o.presumed...)
		j.perObject(fn, n, w, o, r)
	} else if n.again {
		j.perEntry(fn, n, w)
	}
	if n.again && r.told.Kind != NoReason {
		// Events come again and again; for how long there is one who listens they do not say.
		n.again, w.reason = false, r.told
		if slices.ContainsFunc(n.stays, func(s place) bool { return rootFunc(s.root) != fn && slices.Contains(j.leak.Needs.Stays, s.root) }) {
			n.askStays, n.stays = false, nil // a variable that the listener itself has captured
		}
	}
	if n.askStays && j.ofKeeper(fn, *n, w.reason) {
		n.askStays, n.stays = false, nil
	}
	if n.askMany && !j.proved && j.pointers(fn, *n) && j.everybody(j.leak, fn, r) {
		w.presumed = append(slices.Clip(w.presumed), fn.Object().(*types.Func))
		n.askMany, n.many, w.source = false, nil, Source{From: Pointer, Value: n.many[0].root}
	}
	if n.met() || j.owing(*n) && len(r.sites) == 0 {
		w.outcome = manifest
		return true
	}
	if n.askStays && len(n.stays) > 0 && !slices.ContainsFunc(n.stays, func(s place) bool { return isParam(s.root) || rootFunc(s.root) != fn }) {
		w.outcome = refused // each call has its own
		return true
	}
	if j.uncalled(fn, r) && !n.stuck && !n.ofReceiver(fn) && !(j.leak.Needs.Keeper && n.askStays) {
		w.outcome, w.reason = manifest, Reason{Kind: Uncalled, Pos: fn.Pos(), Name: fn.Name()}
		return true
	}
	if n.adds && n.again && !j.proved && !n.askMany && !n.askStays && w.source.From.anew() && j.everybody(j.leak, fn, r) {
		w.presumed = append(slices.Clip(w.presumed), fn.Object().(*types.Func))
		w.outcome, w.reason = manifest, Reason{Kind: API, Pos: fn.Pos(), Name: fn.Name()}
		return true
	}
	return false
}

// owing reports whether no more is needed than many values of what comes and goes: there
// are, unless all callers in sight give few.
func (j *judge) owing(n needs) bool { return j.leak.Needs.Owed && !n.again && !n.askStays }

// ofReceiver reports whether what has to stay is no other parameter of fn.
func (n needs) ofReceiver(fn *ssa.Function) bool {
	return n.askStays && !slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		return ok && param.Parent() == fn && !isReceiver(param)
	})
}

// callers judges what is needed where the package runs fn. It is decided if one of these
// places shows all that is needed.
func (j *judge) callers(fn *ssa.Function, r *reach, n needs, w way) (result way, decided bool) {
	others := false // callers of which some is not code in the making
	consider := func(c way) {
		others = others || c.outcome != manifest || c.reason.Kind != Uncalled
		if c.outcome > result.outcome || c.outcome == manifest && len(c.steps) < len(result.steps) {
			result = c
		}
	}
	ofReceiver := n.ofReceiver(fn)
	up := func(s site) {
		if j.oncePerHolder(s, n) {
			return
		}
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
	decided = result.outcome == manifest
	if decided && result.reason.Kind == Uncalled && others {
		result.outcome = latent // the finished ones show what it is for
	}
	return result, decided
}

// oncePerHolder reports whether a site is a sync.Once of the object that has what has to stay:
// however often it comes there, that gets one.
func (j *judge) oncePerHolder(s site, n needs) bool {
	call, ok := s.at.(ssa.CallInstruction)
	if !ok || !n.again || !n.askStays {
		return false
	}
	callee := ir.Callee(call.Common())
	if callee == nil || callee.FullName() != "(*sync.Once).Do" {
		return false
	}
	once := j.Refs(call.Common().Args[0])
	return !slices.ContainsFunc(n.stays, func(s place) bool {
		return !slices.ContainsFunc(once, func(r effects.Ref) bool { return r.Root == s.root })
	})
}

// abroad returns what comes of a leak that no caller in the package shows to be one: what
// is told to callers in others, and whether they have a say at all.
func (j *judge) abroad(fn *ssa.Function, r *reach, n needs, w, result way) way {
	if j.leak.Needs.Owed {
		if result.outcome == refused && len(r.sites) > 0 {
			return result
		}
		if j.owing(n) || ofAPI(fn) {
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
				if i >= len(s.args) || s.args[i] == nil {
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
