package growth

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A metric with labels is a map whose keys are the label values: each new
// combination stays until somebody deletes it
// (github.com/prometheus/client_golang/prometheus v1.25.0). Labels are meant to
// have few values, so only those count of which a name or source says otherwise.

// endlessLabels are words in the names of fields of objects that come and go, of
// which a metric should have no label. Those that have a place in a cluster, such as user, tenant or
// host, are often wanted.
var endlessLabels = map[string]bool{
	"email": true, "file": true, "filename": true, "ip": true, "path": true, "query": true, "session": true, "span": true, "token": true,
	"trace": true, "url": true, "uuid": true,
}

// metrics returns the package variables that are metrics, or have one in a
// field, whose label values never end and are never deleted.
func (f *finder) metrics() []Growth {
	var found []Growth
	index := make(map[container]int)
	for _, e := range f.Events() {
		g, ok := e.Ref.Root.(*ssa.Global)
		if !ok || g.Pkg != f.IR.SSA || e.Via || !labels(e) || f.exported(g) && allExported(e.Ref.Path) || !f.runs(e.Func()) || !f.repeats(e.Instr) {
			continue
		}
		key, ok := f.endlessLabel(e.Instr.(ssa.CallInstruction).Common())
		c := container{g, e.Ref.Path}
		if !ok || f.forgetsLabels(c) {
			continue
		}
		at := Place{e.Instr, e}
		if i, known := index[c]; known {
			found[i].Places = append(found[i].Places, at)
			continue
		}
		index[c] = len(found)
		grown := Growth{Sort: Labels, Global: g, Path: e.Ref.Path, Places: []Place{at}, Key: key, Open: true}
		if entry, ok := f.entry(at); ok {
			grown.Entry = &entry
		}
		found = append(found, grown)
	}
	return found
}

// labels reports whether an event is a call that gets or makes the metric for
// label values.
func labels(e *effects.Event) bool {
	_, call := e.Instr.(ssa.CallInstruction)
	if !call || e.Kind != effects.Method || e.Callee == nil || e.Callee.Pkg() == nil || ir.ImportPath(e.Callee.Pkg()) != "github.com/prometheus/client_golang/prometheus" {
		return false
	}
	switch e.Name {
	case "With", "WithLabelValues", "GetMetricWith", "GetMetricWithLabelValues":
		return true
	}
	return false
}

// forgetsLabels reports whether something deletes from the metric, or from
// another one under the same field.
func (f *finder) forgetsLabels(c container) bool {
	deletes := func(e *effects.Event) bool {
		return e.Kind == effects.Method && (strings.HasPrefix(e.Name, "Delete") || e.Name == "Reset") ||
			e.Kind == effects.Escape || e.Kind == effects.Return
	}
	return slices.ContainsFunc(f.Of(c.global), func(e *effects.Event) bool {
		within := e.Ref.Path.HasPrefix(c.path) // the methods that delete are those of an embedded vector
		return (within || c.path.HasPrefix(e.Ref.Path)) && deletes(e)
	})
}

// endlessLabel returns the source of the first label value of a call that
// never ends.
func (f *finder) endlessLabel(call *ssa.CallCommon) (Source, bool) {
	for _, v := range labelValues(call) {
		t := f.trace(v)
		for _, s := range t.sources {
			if s.Origin > Caller && s.Origin != Input && !s.Apart {
				return s, true
			}
		}
		if field, owner := fieldOf(v); owner != nil && ends(owner) {
			if w := words(field); len(w) > 0 && endlessLabels[w[len(w)-1]] {
				return Source{Caller, v, false}, true
			}
		}
	}
	return Source{}, false
}

// fieldOf returns the field that a value is loaded from, and its owner.
func fieldOf(v ssa.Value) (name string, owner *types.Named) {
	load, ok := ir.Unconvert(v).(*ssa.UnOp)
	if !ok {
		return "", nil
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return "", nil
	}
	return fieldName(addr.X.Type(), addr.Field), ir.Named(addr.X.Type())
}

// ends reports whether objects of a type come and go: it has a method that
// says so.
func ends(n *types.Named) bool {
	for m := range n.Methods() {
		switch strings.ToLower(m.Name()) {
		case "stop", "close", "shutdown", "cleanup", "terminate", "destroy":
			return true
		}
	}
	return false
}

// labelValues returns the label values of a call: its variadic arguments, or
// the elements of the map that it is given.
func labelValues(call *ssa.CallCommon) []ssa.Value {
	args := ir.Args(call)
	if len(args) < 2 {
		return nil
	}
	var out []ssa.Value
	switch list := ir.Unconvert(args[1]).(type) {
	case *ssa.Slice:
		array, ok := list.X.(*ssa.Alloc)
		if !ok {
			return nil
		}
		for _, use := range *array.Referrers() {
			if elem, ok := use.(*ssa.IndexAddr); ok {
				for _, use := range *elem.Referrers() {
					if st, ok := use.(*ssa.Store); ok && st.Addr == elem {
						out = append(out, st.Val)
					}
				}
			}
		}
	case *ssa.MakeMap:
		for _, use := range *list.Referrers() {
			if put, ok := use.(*ssa.MapUpdate); ok {
				out = append(out, put.Value)
			}
		}
	}
	return out
}

// fewValues reports whether a field of an HTTP request has few values.
func fewValues(name string) bool {
	return slices.Contains([]string{"Method", "Proto", "ProtoMajor", "ProtoMinor", "Pattern"}, name)
}
