package evidence

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// What owes something is a leak wherever it stands but in once code, and what is
// only called from once code is that as well. Where the callers are in other
// packages, nobody sees that who sees one package: a leak names the functions by
// which alone others get to it, and each package says how it uses functions that are
// named. A driver that sees all packages of a module puts the two together.

// A field is an exported one of functions: whoever calls what is in it may call any function
// that is put there.
type field struct {
	*types.Var
	owner *types.TypeName
}

// fieldOf returns a field of a type, nil if that has no name.
func fieldOf(f *types.Var, owner types.Type) *field {
	if n := ir.Named(owner); n != nil && f.Pkg() != nil {
		return &field{f.Origin(), n.Origin().Obj()}
	}
	return nil
}

// FullName returns the name of the field as those of methods are.
func (f *field) FullName() string {
	return "(" + f.owner.Pkg().Path() + "." + f.owner.Name() + ")." + f.Name()
}

// A Named is what a package can use of another one, by its full name: a function, or what is
// in a field.
type Named interface{ FullName() string }

// A Use says how a package uses a function of another one, or a field of functions.
type Use struct {
	Func Named
	// By are the functions of the package that run it, if nothing else does: as often as
	// they are run. There are none if it is only run by once code.
	By []Named
	// Again is set if something else may run it, any number of times.
	Again bool
	// Test is set if it is only used by tests, which end.
	Test bool
}

// onlyBy returns the functions that other packages may call and by which alone an
// instruction is run, by their names. It is not ok if something else in the package, or out of sight,
// runs it, or may.
func (p *Package) onlyBy(at ssa.Instruction) (fns []Named, ok bool) {
	u := &upwards{Package: p, seen: make(map[*ssa.Function]bool)}
	if !u.at(at) {
		return nil, false
	}
	return byName(u.by), true
}

// byName sorts names, and returns them without those that repeat an earlier one.
func byName(names []Named) []Named {
	slices.SortFunc(names, func(a, b Named) int { return cmp.Compare(a.FullName(), b.FullName()) })
	return slices.CompactFunc(names, func(a, b Named) bool { return a.FullName() == b.FullName() })
}

// An upwards goes from an instruction to all that runs it.
type upwards struct {
	*Package
	seen map[*ssa.Function]bool
	by   []Named
}

// at reports whether all that runs an instruction is known, and no loop without a bound is
// part of that.
func (u *upwards) at(instr ssa.Instruction) bool {
	if u.Guarded(instr) {
		return true
	}
	for l := u.IR.Graph(instr.Parent()).Innermost(instr.Block()); l != nil; l = l.Outer {
		if !l.Bounded() {
			return false
		}
	}
	return u.in(instr.Parent())
}

func (u *upwards) in(fn *ssa.Function) bool {
	if u.seen[fn] || u.Once(fn) || u.helpsTests(fn) {
		return true
	}
	u.seen[fn] = true
	if _, ok := u.handler(fn); ok || len(u.seen) > maxStates {
		return false
	}
	r := u.reached(fn)
	if r.often.Kind != NoReason || r.told.Kind != NoReason || r.escapes {
		return false
	}
	obj, declared := fn.Object().(*types.Func)
	switch {
	case declared && fn.Parent() == nil && callable(obj):
		u.by = append(u.by, obj)
	case len(r.sites)+len(r.fields) == 0:
		return false
	}
	for _, f := range r.fields {
		u.by = append(u.by, f)
	}
	return !slices.ContainsFunc(r.sites, func(s site) bool { return s.lent || !u.at(s.at) })
}

// ask fills in which functions decide whether a leak is in once code.
func (p *Package) ask(l *Leak) {
	n := l.Needs
	if l.Verdict != Manifest || l.imported != nil || n.Again || n.Many != nil || n.Stays != nil || n.Of != nil {
		return
	}
	by, ok := p.onlyBy(l.At)
	switch {
	case ok && len(by) == 0:
		l.Verdict = Gone // once code, if by way of interfaces
	case ok:
		l.OnlyBy = by
	}
}

// A usage collects how a package uses functions and fields of others.
type usage struct {
	*Package
	of map[string]*Use // by full name
}

// add returns what is noted of a function or field.
func (u *usage) add(used Named) *Use {
	have := u.of[used.FullName()]
	if have == nil {
		have = &Use{Func: used}
		u.of[used.FullName()] = have
		u.uses = append(u.uses, have)
	}
	return have
}

// ran notes that an instruction runs what is used.
func (u *usage) ran(use *Use, at ssa.Instruction) {
	if use.Again {
		return
	}
	by, ok := u.onlyBy(at)
	use.Again = !ok
	use.By = byName(append(use.By, by...))
}

// use notes that a function is used at an instruction, by a call if it is one of v.
func (u *usage) use(fn *types.Func, v ssa.Value, at ssa.Instruction) {
	if !u.latentsOf(fn).Asked {
		return
	}
	use := u.add(fn)
	if call, ok := at.(ssa.CallInstruction); ok && calls(call, v) {
		u.ran(use, at)
	} else if !use.Again {
		use.Again = v == nil || !u.UseOnce(at, v)
	}
}

// calls reports whether a call runs a function value.
func calls(call ssa.CallInstruction, v ssa.Value) bool {
	return !call.Common().IsInvoke() && call.Common().Value == v
}

// fields notes how the functions are run that are in exported fields, of this package or of
// others.
func (u *usage) fields(fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			load, ok := instr.(*ssa.UnOp)
			if !ok || load.Op != token.MUL {
				continue
			}
			addr, ok := load.X.(*ssa.FieldAddr)
			if !ok {
				continue
			}
			if _, isFunc := load.Type().Underlying().(*types.Signature); !isFunc {
				continue
			}
			f := effects.FieldOf(addr.X, addr.Field)
			if f == nil || !f.Exported() || !u.OfModule(f.Pkg().Path()) {
				continue
			}
			known := fieldOf(f, addr.X.Type())
			if known == nil {
				continue
			}
			use := u.add(known)
			for _, ref := range *load.Referrers() {
				switch ref := ref.(type) {
				case *ssa.BinOp, *ssa.DebugRef: // whether there is one
				case ssa.CallInstruction:
					if calls(ref, load) {
						u.ran(use, ref)
					} else {
						use.Again = true
					}
				default:
					use.Again = true
				}
			}
		}
	}
}

// conversions notes that methods are called through interfaces, who knows how often: those of types
// that the package converts to them, or whose types these embed.
func (u *usage) conversions() {
	for t, ifaces := range u.converted() {
		n, ok := t.Type().(*types.Named)
		if !ok || t.Pkg() == nil || t.Pkg() == u.pass.Pkg && !embeds(n) || t.Pkg() != u.pass.Pkg && !u.carrying(t.Pkg()) {
			continue
		}
		for _, typ := range ifaces {
			for m := range underlying(typ).Methods() {
				obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), true, m.Pkg(), m.Name())
				if fn, ok := obj.(*types.Func); ok && fn.Pkg() != u.pass.Pkg {
					u.use(fn.Origin(), nil, nil)
				}
			}
		}
	}
}

// unread notes functions that the package names where no code is made of it: under a constant
// that is false, which another build may set.
func (u *usage) unread() {
	for fn := range u.named() {
		if u.latentsOf(fn).Asked && u.of[fn.FullName()] == nil {
			u.add(fn).Again = true
		}
	}
}

// tests notes the functions of packages other than the one under test that tests have the names of, since their
// bodies are not read. What tests use of their own package, others may.
func (u *usage) tests() {
	for _, pkg := range u.pass.Pkg.Imports() {
		if !u.carrying(pkg) || strings.TrimSuffix(u.pass.Pkg.Path(), "_test") == pkg.Path() {
			continue
		}
		note := func(fn *types.Func) {
			if fn.Exported() && u.IR.Tested(fn.Name()) && u.latentsOf(fn).Asked && u.of[fn.FullName()] == nil {
				u.add(fn).Test = true
			}
		}
		for _, name := range pkg.Scope().Names() {
			switch obj := pkg.Scope().Lookup(name).(type) {
			case *types.Func:
				note(obj)
			case *types.TypeName:
				if n, ok := obj.Type().(*types.Named); ok {
					for m := range n.Methods() {
						note(m)
					}
				}
			}
		}
	}
}

func embeds(n *types.Named) bool {
	s, ok := n.Underlying().(*types.Struct)
	return ok && slices.ContainsFunc(slices.Collect(s.Fields()), (*types.Var).Embedded)
}

// asked returns the functions of the package that callers in others are asked about: by
// leaks that are presumed of them, in once code if they are, or none if they run, and by
// functions of others that they run.
func (p *Package) asked() map[*types.Func]bool {
	asked := make(map[*types.Func]bool)
	ask := func(names []Named) {
		for _, name := range names {
			if fn, ok := name.(*types.Func); ok {
				asked[fn] = true
			}
		}
	}
	for _, leaks := range p.found {
		for _, l := range leaks {
			for _, fn := range l.Presumed {
				asked[fn] = true
			}
			if l.Verdict == Manifest {
				for _, fn := range l.Needs.Unless {
					asked[fn] = true
				}
			}
			ask(l.OnlyBy)
		}
	}
	for _, use := range p.uses {
		if !use.Again {
			ask(use.By)
		}
	}
	return asked
}

// Abroad returns how the package uses functions of other packages that leaks there are asked
// about, by their names: see [Leak].
func (p *Package) Abroad() []Use {
	var out []Use
	for _, use := range p.uses {
		out = append(out, *use)
	}
	slices.SortFunc(out, func(a, b Use) int { return cmp.Compare(a.Func.FullName(), b.Func.FullName()) })
	return out
}
