package evidence

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// Latents are what a function leaks if its caller shows that it repeats, nearest
// first. It is a fact about the function's object.
type Latents struct {
	Leaks []LatentLeak
	// Asked is set if callers in other packages decide on leaks: see Leak.Presumed,
	// Leak.OnlyBy and Needs.Unless.
	Asked bool
}

// AFact marks Latents as a fact.
func (*Latents) AFact() {}

// String returns the leaks in one line.
func (l *Latents) String() string {
	var parts []string
	for _, leak := range l.Leaks {
		parts = append(parts, leak.String())
	}
	if l.Asked {
		parts = append(parts, "asked")
	}
	return "leaks(" + strings.Join(parts, ", ") + ")"
}

// A LatentLeak is a leak as it travels to callers in other packages.
type LatentLeak struct {
	Analyzer, Category, What                 string
	HeldBy                                   []string
	Package, File                            string // where it is kept; File without its folder
	Line                                     int
	Func, Subject                            string
	Again, Adds, Strict, Proof, Keeper, Wire bool
	Many, Stays                              []Param // one of each has to have many values, and to stay; nil if that is not asked for
	Calls                                    int     // that it has come
	Told                                     bool    // the package that it is kept in, or one on the way, presumes it: see Leak.Presumed
}

// A Param is a part of a parameter, receiver first.
type Param struct {
	Index int
	Path  string
	Apart bool // see Source
}

// String returns the leak in short.
func (l LatentLeak) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s %s:%d", l.Analyzer, l.Category, l.File, l.Line)
	if l.Again {
		b.WriteString(" again")
	}
	for _, p := range l.Many {
		fmt.Fprintf(&b, " many p%d%s", p.Index, p.Path)
	}
	for _, p := range l.Stays {
		fmt.Fprintf(&b, " stays p%d%s", p.Index, p.Path)
	}
	return b.String()
}

// Carries says that functions of a package have Latents, so that nobody has to
// ask for each. It is a fact about the package.
type Carries struct{}

// AFact marks Carries as a fact.
func (*Carries) AFact() {}

// String names the fact.
func (*Carries) String() string { return "carries leaks" }

// Comes says that values of a type come and go. It is a fact about the type.
type Comes struct{}

// AFact marks Comes as a fact.
func (*Comes) AFact() {}

// String names the fact.
func (*Comes) String() string { return "comes and goes" }

const (
	maxLeaks  = 16 // per function
	maxPlaces = 4  // per need
)

// keep adds a leak to those of a function that others may call.
func (p *Package) keep(l *Leak, t travelling) {
	obj, ok := t.fn.Object().(*types.Func)
	if !ok {
		return // a package initialiser
	}
	words := l.abroad()
	out := LatentLeak{
		Analyzer: words.Analyzer, Category: words.Category, What: words.What, HeldBy: l.HeldBy,
		Again: t.needs.again, Adds: t.needs.adds, Strict: l.Needs.Strict, Proof: l.Needs.Proof, Keeper: l.Needs.Keeper, Wire: l.Needs.Wire,
		Told: l.Presumed != nil || l.imported != nil && l.imported.Told,
	}
	if l.imported != nil {
		out.Package, out.File, out.Line, out.Func, out.Calls, out.Subject = l.imported.Package, l.imported.File, l.imported.Line, l.imported.Func, l.imported.Calls+1, l.imported.Subject
	} else {
		at := p.pass.Fset.Position(l.Pos)
		out.Package, out.File, out.Line = p.pass.Pkg.Path(), filepath.Base(at.Filename), at.Line
		out.Func = ir.Outermost(l.At.Parent()).Name()
		out.Subject = l.Subject
	}
	var ok1, ok2 bool
	if t.needs.askMany {
		if out.Many, ok1 = params(t.fn, t.needs.many); !ok1 {
			return
		}
	}
	if t.needs.askStays {
		if out.Stays, ok2 = params(t.fn, t.needs.stays); !ok2 {
			return
		}
	}
	if out.Calls >= maxCalls || len(p.latents[obj]) >= maxLeaks || slices.ContainsFunc(p.latents[obj], func(have LatentLeak) bool { return have.String() == out.String() }) {
		return
	}
	p.latents[obj] = append(p.latents[obj], out)
}

// params puts places in terms of the parameters of fn; ok is false if none is of
// one.
func params(fn *ssa.Function, places []place) (out []Param, ok bool) {
	for _, pl := range places {
		param, isParam := pl.root.(*ssa.Parameter)
		if !isParam || param.Parent() != fn {
			continue
		}
		if q := (Param{slices.Index(fn.Params, param), pl.path, pl.apart}); len(out) < maxPlaces && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out, len(out) > 0
}

func (p *Package) exportFacts() {
	pass := p.pass
	asked := p.asked()
	any := false
	for _, fn := range p.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || len(p.latents[obj]) == 0 && !asked[obj] || ir.InTest(pass.Fset, fn.Pos()) {
			continue
		}
		any = true
		pass.ExportObjectFact(obj, &Latents{p.latents[obj], asked[obj]})
	}
	if any {
		pass.ExportPackageFact(new(Carries))
	}
	scope := pass.Pkg.Scope()
	for _, name := range scope.Names() {
		t, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || t.IsAlias() || !t.Exported() || ir.InTest(pass.Fset, t.Pos()) {
			continue
		}
		if n, ok := t.Type().(*types.Named); ok && p.comesAndGoes(n, false).is {
			pass.ExportObjectFact(t, new(Comes))
		}
	}
}

var none Latents

// latentsOf returns what a function of another package leaks.
func (p *Package) latentsOf(fn *types.Func) *Latents {
	if fn.Pkg() == nil || fn.Pkg() == p.pass.Pkg || !p.carrying(fn.Pkg()) {
		return &none
	}
	leaks := p.imported[fn]
	if leaks == nil {
		leaks = new(Latents)
		p.pass.ImportObjectFact(fn, leaks)
		p.imported[fn] = leaks
	}
	return leaks
}

func (p *Package) carrying(pkg *types.Package) bool {
	is, known := p.carriers[pkg]
	if !known {
		is = p.pass.ImportPackageFact(pkg, new(Carries))
		p.carriers[pkg] = is
	}
	return is
}

// suppliedLeaks returns the leaks of functions of other packages at the calls
// that may supply what these need, and notes which functions are used that are
// asked about.
func (p *Package) suppliedLeaks() []*Leak {
	var out []*Leak
	u := &usage{Package: p, of: make(map[string]*Use)}
	var operands []*ssa.Value
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) {
			continue
		}
		u.fields(fn)
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				for _, v := range operands {
					if fn, ok := (*v).(*ssa.Function); ok {
						if obj, ok := fn.Object().(*types.Func); ok {
							u.use(obj.Origin(), *v, instr)
						}
					}
				}
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				for _, callee := range p.callees(call.Common()) {
					if call.Common().IsInvoke() {
						u.use(callee, nil, call)
					}
					latents := p.latentsOf(callee)
					for i := range latents.Leaks {
						if l := p.supplied(call, &latents.Leaks[i], callee); l != nil {
							out = append(out, l)
						}
					}
				}
			}
		}
	}
	u.conversions()
	u.unread()
	u.tests()
	return out
}

// OfModule reports whether a package is of the module that is under analysis. It
// is taken to be if no module is known.
func (p *Package) OfModule(path string) bool {
	m := p.pass.Module
	return m == nil || m.Path == "" || path == m.Path || strings.HasPrefix(path, m.Path+"/")
}

// callees returns the functions of other packages that a call runs: the one that
// it names or, through an interface, the methods of types that the package
// converts to it.
func (p *Package) callees(call *ssa.CallCommon) []*types.Func {
	callee := ir.Callee(call)
	if callee == nil {
		return nil
	}
	if !call.IsInvoke() {
		return []*types.Func{callee}
	}
	if p.invocations == nil {
		p.invocations = make(map[method][]*types.Func)
	}
	key := method{call.Value.Type(), callee}
	out, known := p.invocations[key]
	if !known {
		out = p.implementations(key)
		p.invocations[key] = out
	}
	return out
}

// A method is one of an interface.
type method struct {
	iface types.Type
	fn    *types.Func
}

// implementations returns the functions of other packages that a method of an
// interface may be, as far as there is something to tell of them.
func (p *Package) implementations(m method) []*types.Func {
	iface, ok := m.iface.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*types.Func
	for _, t := range p.telling() {
		obj, _, _ := types.LookupFieldOrMethod(t, true, m.fn.Pkg(), m.fn.Name())
		fn, ok := obj.(*types.Func)
		if !ok {
			continue
		}
		fn = fn.Origin()
		if told := p.latentsOf(fn); (told.Asked || len(told.Leaks) > 0) && types.Implements(t, iface) {
			out = append(out, fn)
		}
	}
	return out
}

// telling returns pointers to the types of other packages, such as may tell of
// leaks, that the package converts to interfaces, by name.
func (p *Package) telling() []types.Type {
	if p.tellingTypes == nil {
		p.tellingTypes = []types.Type{}
		for t := range p.converted() {
			if n, ok := t.Type().(*types.Named); ok && t.Pkg() != nil && t.Pkg() != p.pass.Pkg && p.carrying(t.Pkg()) {
				p.tellingTypes = append(p.tellingTypes, types.NewPointer(n))
			}
		}
		slices.SortFunc(p.tellingTypes, func(a, b types.Type) int {
			return cmp.Compare(types.TypeString(a, nil), types.TypeString(b, nil))
		})
	}
	return p.tellingTypes
}

// supplied returns the leak of a callee at a call.
func (p *Package) supplied(call ssa.CallInstruction, from *LatentLeak, callee *types.Func) *Leak {
	pos, end := p.IR.Range(call)
	key := from.Subject
	if key == "" {
		key = fmt.Sprintf("%s:%d", from.File, from.Line)
	}
	line, at := p.lineOf(callee, from)
	l := &Leak{
		Analyzer: from.Analyzer, Category: from.Category, What: from.What, HeldBy: from.HeldBy,
		Pos: pos, End: end, At: call, imported: from, Told: from.Told && p.OfModule(from.Package),
		Needs: Needs{Again: from.Again, Adds: from.Adds, Strict: from.Strict, Proof: from.Proof, Keeper: from.Keeper, Wire: from.Wire},
		Origin: &Origin{
			Line: line, Pos: at,
			Func: from.Func,
			Key:  from.Package + " " + key,
		},
	}
	args := ir.Args(call.Common())
	give := func(places []Param) (out []part) {
		for _, pl := range places {
			if pl.Index < len(args) {
				out = append(out, part{v: args[pl.Index], path: pl.Path, apart: pl.Apart})
			}
		}
		return out
	}
	if from.Many != nil {
		if l.many = give(from.Many); l.many == nil {
			return nil
		}
	}
	if from.Stays != nil {
		if from.Keeper && call.Common().IsInvoke() && slices.ContainsFunc(from.Stays, func(s Param) bool { return s.Index == 0 }) {
			return nil
		}
		if l.stays = give(from.Stays); l.stays == nil {
			return nil
		}
	}
	return l
}

// lineOf returns the line of another package where a leak is, and a position on
// it, as far as the file set knows the file. Of a file that was read from export
// data it knows no lines behind the last declaration: then the position is that of
// the callee, if it is in that file.
func (p *Package) lineOf(callee *types.Func, from *LatentLeak) (line token.Position, pos token.Pos) {
	pkg := callee.Pkg()
	if pkg.Path() != from.Package {
		i := slices.IndexFunc(pkg.Imports(), func(imp *types.Package) bool { return imp.Path() == from.Package })
		if i < 0 {
			return line, token.NoPos
		}
		pkg = pkg.Imports()[i]
	}
	at := func(known token.Pos) bool {
		file := p.pass.Fset.File(known)
		if file == nil {
			return false
		}
		line = token.Position{Filename: filepath.Join(filepath.Dir(file.Name()), from.File), Line: from.Line}
		if filepath.Base(file.Name()) != from.File {
			return false
		}
		switch {
		case from.Line <= file.LineCount():
			pos = file.LineStart(from.Line)
		case known == callee.Pos():
			pos = known
		}
		return pos.IsValid()
	}
	if pkg == callee.Pkg() && at(callee.Pos()) {
		return line, pos
	}
	for _, name := range pkg.Scope().Names() {
		if at(pkg.Scope().Lookup(name).Pos()) {
			break
		}
	}
	return line, pos
}
