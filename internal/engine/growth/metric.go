package growth

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A metric with labels is a map whose keys are the label values: each new
// combination stays until somebody deletes it
// (github.com/prometheus/client_golang/prometheus v1.25.0). Labels are meant to
// have few values, so only those count whose source says otherwise. Other packages
// have vectors of their own, with the methods of these: see isVector.

// metrics returns the package variables that are metrics, or have one in a
// field, whose label values are never deleted.
func (f *finder) metrics() []Growth {
	var found []Growth
	index := make(map[container]int)
	for _, e := range f.Events() {
		if e.Via || !labels(e) || f.inTest(e.Func().Pos()) {
			continue
		}
		g := f.variable(e.Ref.Root)
		if g == nil || g.Pkg != f.IR.SSA || f.exported(g) && allExported(e.Ref.Path) {
			continue
		}
		values := f.unknownLabels(e.Instr.(ssa.CallInstruction))
		c := container{g, e.Ref.Path}
		if len(values) == 0 || f.forgetsLabels(c) {
			continue
		}
		at := Way{Instr: e.Instr, Event: e, Needs: evidence.Needs{Again: true, Many: values, Adds: true, Strict: true}}
		if i, known := index[c]; known {
			found[i].Ways = append(found[i].Ways, at)
			continue
		}
		index[c] = len(found)
		found = append(found, Growth{Sort: Labels, Global: g, Path: e.Ref.Path, Ways: []Way{at}})
	}
	return found
}

// labels returns the metrics in fields whose label values are never deleted, while they
// may have many, or are deleted beside them.
func (f *fields) labels() []FieldGrowth {
	var found []FieldGrowth
	for _, e := range f.Events() {
		c, ok := f.keptAt(e.Ref.Path)
		if !ok || c.rest != "" || e.Via || !labels(e) || e.Origin != e.Instr || f.OfPackage(e.Ref.Root) || f.HelpsTests(e.Func()) || f.exposed(c.field) {
			continue
		}
		values := f.unknownLabels(e.Instr.(ssa.CallInstruction))
		if len(values) == 0 || f.forgets(c.field) != nil {
			continue
		}
		g := FieldGrowth{
			Way:  Way{Instr: e.Instr, Event: e, Needs: evidence.Needs{Again: true, Many: values, Adds: true, Strict: true, Wire: true, Keeper: true, Of: []effects.Ref{f.owner(e.Ref)}}},
			Sort: Labels, Field: c.field, Owner: f.ownerOf(c.field),
		}
		if out := f.siblingLabels(c, e, values); out != nil {
			g.Flaw, g.Witness, g.Needs.Owed = Sibling, out, true
		}
		found = append(found, g)
	}
	return found
}

// siblingLabels returns what deletes labels of another metric that gets the same ones
// together with one; nil if nothing does.
func (f *fields) siblingLabels(c kept, e *effects.Event, values []ssa.Value) ssa.Instruction {
	for _, o := range f.In(ir.Outermost(e.Func())) {
		other, ok := f.keptAt(o.Ref.Path)
		if !ok || o.Via || !labels(o) || other.field == c.field || o.Ref.Root != e.Ref.Root {
			continue
		}
		same := labelValues(o.Instr.(ssa.CallInstruction).Common())
		if slices.EqualFunc(same, values, f.sameKey) {
			if out := f.forgets(other.field); out != nil && deletesLabel(out) && f.Repeatable(out.Instr) {
				return out.Instr
			}
		}
	}
	return nil
}

// forgets returns what deletes labels of a metric in a field, or what code that is not
// in sight does with it; nil if nothing does.
func (f *fields) forgets(field *types.Var) *effects.Event {
	events := f.under(field)
	if i := slices.IndexFunc(events, deletesLabel); i >= 0 {
		return events[i]
	}
	if i := slices.IndexFunc(events, func(e *effects.Event) bool {
		return (e.Kind == effects.Escape || e.Kind == effects.Return) && !registersMetric(e)
	}); i >= 0 {
		return events[i]
	}
	return nil
}

// variable returns the package variable that a root is, or whose value a receiver
// always is; nil if it is none.
func (f *finder) variable(root ssa.Value) *ssa.Global {
	switch root := root.(type) {
	case *ssa.Global:
		return root
	case *ssa.Parameter:
		if !f.OfPackage(root) {
			return nil
		}
		for _, use := range f.Uses(root.Parent()) {
			call, ok := use.(ssa.CallInstruction)
			if !ok || len(ir.Args(call.Common())) == 0 {
				continue
			}
			for _, r := range f.Refs(ir.Args(call.Common())[0]) {
				if g, ok := r.Root.(*ssa.Global); ok && r.Path == nil {
					return g
				}
			}
		}
	}
	return nil
}

// labels reports whether an event is a call that gets or makes the metric for
// label values.
func labels(e *effects.Event) bool {
	_, call := e.Instr.(ssa.CallInstruction)
	return call && e.Kind == effects.Method && isLabels(e.Callee)
}

// isLabels reports whether a method gets or makes the metric for label values.
func isLabels(fn *types.Func) bool {
	if fn == nil {
		return false
	}
	switch fn.Name() {
	case "With", "WithLabelValues", "GetMetricWith", "GetMetricWithLabelValues":
		return ofPrometheus(fn) || takesLabels(fn) && givesElement(fn) && isVector(fn)
	}
	return false
}

// ofPrometheus reports whether the package of Prometheus declares a method.
func ofPrometheus(fn *types.Func) bool {
	return fn.Pkg() != nil && convention.Path(fn.Pkg()) == prometheus
}

const prometheus = "github.com/prometheus/client_golang/prometheus"

// isVector reports whether the type that has a method also has one that deletes what
// that gets for label values, as the vectors of Prometheus have.
func isVector(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && slices.ContainsFunc([]string{"Delete", "DeleteLabelValues"}, func(name string) bool {
		obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), name)
		del, ok := obj.(*types.Func)
		return ok && takesLabels(del) && tellsHowMany(del)
	})
}

// givesElement reports whether a method returns something else than its receiver, as one
// does that goes on with that.
func givesElement(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() > 0 && !types.Identical(plain(results.At(0).Type()), plain(fn.Signature().Recv().Type()))
}

// tellsHowMany reports whether a function has no result, or returns how much it did.
func tellsHowMany(fn *types.Func) bool {
	results := fn.Signature().Results()
	if results.Len() != 1 {
		return results.Len() == 0
	}
	b, ok := results.At(0).Type().Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsBoolean|types.IsInteger) != 0
}

// takesLabels reports whether label values are all that a function is given: one by one, or
// by their names.
func takesLabels(fn *types.Func) bool {
	params := fn.Signature().Params()
	if params.Len() != 1 {
		return false
	}
	switch t := params.At(0).Type().Underlying().(type) {
	case *types.Slice:
		return fn.Signature().Variadic() && isString(t.Elem())
	case *types.Map:
		return isString(t.Key()) && isString(t.Elem())
	}
	return false
}

func isString(typ types.Type) bool {
	b, ok := typ.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// deletesLabels are the methods of metrics that delete labels.
var deletesLabels = []string{"Delete", "DeleteLabelValues", "DeletePartialMatch", "Reset"}

// deletesLabel reports whether an event on a metric deletes labels, here or in a function
// that is called.
func deletesLabel(e *effects.Event) bool {
	return e.Kind == effects.Method && slices.Contains(deletesLabels, e.Name) && (e.Callee == nil || ofPrometheus(e.Callee) || isVector(e.Callee))
}

// forgetsLabels reports whether something deletes from the metric, or from
// another one under the same field.
func (f *finder) forgetsLabels(c container) bool {
	deletes := func(e *effects.Event) bool {
		return deletesLabel(e) ||
			(e.Kind == effects.Escape || e.Kind == effects.Return) && !registersMetric(e)
	}
	events := f.Of(c.global)
	if field := c.path.Field(); field != nil {
		events = f.OfField(field)
	}
	return slices.ContainsFunc(events, func(e *effects.Event) bool {
		if c.path.Field() != nil {
			return deletes(e)
		}
		within := e.Ref.Path.HasPrefix(c.path) // the methods that delete are those of an embedded vector
		return (within || c.path.HasPrefix(e.Ref.Path)) && deletes(e)
	})
}

// labelValues returns the label values of a call: its variadic arguments, or
// the elements of the map that it is given.
func labelValues(call *ssa.CallCommon) []ssa.Value {
	args := ir.Args(call)
	if len(args) < 2 {
		return nil
	}
	list := ir.Unconvert(args[1])
	if made, ok := list.(*ssa.MakeMap); ok {
		var values []ssa.Value
		for _, use := range *made.Referrers() {
			if put, ok := use.(*ssa.MapUpdate); ok {
				values = append(values, put.Value)
			}
		}
		return values
	}
	values, _ := ir.Variadic(list)
	return values
}

// unknownLabels returns the label values of a call but for those that were found as keys of a
// map from which nothing is taken out: there are as many as that has.
func (f *finder) unknownLabels(call ssa.CallInstruction) []ssa.Value {
	return slices.DeleteFunc(slices.Clone(labelValues(call.Common())), func(v ssa.Value) bool {
		return slices.ContainsFunc(effects.FoundBy(call, v), func(look *ssa.Lookup) bool {
			refs := f.Refs(look.X)
			return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !f.staysWhole(r) })
		})
	})
}

// staysWhole reports whether a container is that of a field or package variable, and the
// package takes nothing out of it.
func (f *finder) staysWhole(r effects.Ref) bool {
	events := f.Of(r.Root)
	if field := r.Path.Field(); field != nil {
		events = f.OfField(field)
	} else if _, ok := r.Root.(*ssa.Global); !ok {
		return false
	}
	return !slices.ContainsFunc(events, func(e *effects.Event) bool {
		return (e.Kind == effects.Shrink || e.Kind == effects.Replace && !effects.Fresh(e.Ref.Root)) && f.Repeatable(e.Instr)
	})
}

// registersMetric reports whether an event hands a metric to a registry, which
// collects it and deletes nothing.
func registersMetric(e *effects.Event) bool {
	return e.Callee != nil && e.Callee.Pkg() != nil && convention.Path(e.Callee.Pkg()) == prometheus && (e.Callee.Name() == "Register" || e.Callee.Name() == "MustRegister")
}
