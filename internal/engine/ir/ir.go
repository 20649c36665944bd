// Package ir holds the intermediate form that every engine reads: the SSA of
// one package, built once per pass, with what SSA leaves out put back: which
// call expression an instruction came from, which loops a block is in, and
// what a case of a select statement is worth as an edge of the graph.
//
// The question it answers is "where am I": in which function, loop, iteration
// and statement. It knows nothing of leaks.
//
// Dependencies are seen through their types alone, whether those came from
// source or from export data, so that a package can be analysed without
// anything of the packages that it imports but their declarations. That is
// why x/tools' buildssa is not used: it requires ctrlflow, whose facts make
// every driver type-check every dependency from source.
package ir

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// A Package is the SSA of one package together with its syntax.
type Package struct {
	Pass *analysis.Pass
	SSA  *ssa.Package
	// Funcs holds every function that has a body of its own in the package:
	// the package initialiser, then the declared functions and methods in
	// source order, each followed by the literals inside it.
	Funcs []*ssa.Function

	calls map[*ast.File]map[token.Pos]*ast.CallExpr // by the position of the left parenthesis
	graph map[*ssa.Function]*Graph
	stmts map[*ast.File][]statement
	extra map[*types.Var]*ssa.Global // see Global

	tested func() map[string]bool // see Tested
}

// Build returns the SSA of the package that pass is about, as far as its files'
// outlines go. Calls of functions
// for which noReturn says true end their block.
func Build(pass *analysis.Pass, noReturn func(*types.Func) bool) *Package {
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	prog.SetNoReturn(noReturn)
	createImports(prog, pass)
	files := make([]*ast.File, len(pass.Files))
	info := *pass.TypesInfo
	info.FileVersions = make(map[*ast.File]string)
	for i, file := range pass.Files {
		files[i] = Outline(pass.Fset, file)
		info.FileVersions[files[i]] = pass.TypesInfo.FileVersions[file]
	}
	p := &Package{
		Pass:  pass,
		SSA:   prog.CreatePackage(pass.Pkg, files, &info, false),
		calls: make(map[*ast.File]map[token.Pos]*ast.CallExpr),
		graph: make(map[*ssa.Function]*Graph),
		stmts: make(map[*ast.File][]statement),
		extra: make(map[*types.Var]*ssa.Global),

		tested: sync.OnceValue(func() map[string]bool { return namesOfTests(files) }),
	}
	p.SSA.Build()
	if init := p.SSA.Func("init"); init != nil {
		p.add(init)
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				if obj, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					if fn := prog.FuncValue(obj); fn != nil && len(fn.Blocks) > 0 {
						p.add(fn)
					}
				}
			}
		}
	}
	return p
}

// createImports creates the packages that pass.Pkg imports with those members
// that its syntax names. To create all of them would take more time and memory
// than anything else here, and make the types of each be read from export data
// to no purpose. (Methods without syntax here, such as promoted ones, are
// created by the builder when it meets them.)
func createImports(prog *ssa.Program, pass *analysis.Pass) {
	used := make(map[*types.Package][]types.Object)
	for _, imp := range pass.Pkg.Imports() {
		used[imp] = nil
	}
	seen := make(map[types.Object]bool)
	for _, obj := range pass.TypesInfo.Uses {
		switch x := obj.(type) {
		case *types.Func:
			x = x.Origin()
			if recv := x.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
				continue
			}
			obj = x
		case *types.Var:
			if x.Parent() == nil || x.Pkg() == nil || x.Parent() != x.Pkg().Scope() {
				continue
			}
		default:
			continue
		}
		if list, imported := used[obj.Pkg()]; imported && !seen[obj] {
			seen[obj] = true
			used[obj.Pkg()] = append(list, obj)
		}
	}
	for _, imp := range pass.Pkg.Imports() {
		createPackage(prog, imp, used[imp], true)
	}
}

// createPackage creates a package with the given members only. Package ssa
// knows no such thing; but for a package with syntax it creates what that
// declares, and for names in a constant declaration it creates what they stand
// for, as it does for objects from export data.
func createPackage(prog *ssa.Program, pkg *types.Package, members []types.Object, importable bool) *ssa.Package {
	spec := new(ast.ValueSpec)
	info := &types.Info{Defs: make(map[*ast.Ident]types.Object, len(members))}
	for _, obj := range members {
		id := &ast.Ident{Name: obj.Name()}
		spec.Names = append(spec.Names, id)
		info.Defs[id] = obj
	}
	file := &ast.File{
		Name:  &ast.Ident{Name: pkg.Name()},
		Decls: []ast.Decl{&ast.GenDecl{Tok: token.CONST, Specs: []ast.Spec{spec}}},
	}
	return prog.CreatePackage(pkg, []*ast.File{file}, info, importable)
}

// Global returns the variable of the given name of a package that this one
// imports, also if no syntax here names it; nil if there is none.
func (p *Package) Global(path, name string) *ssa.Global {
	pkg := p.SSA.Prog.ImportedPackage(path)
	if pkg == nil {
		return nil
	}
	if g := pkg.Var(name); g != nil {
		return g
	}
	obj, ok := pkg.Pkg.Scope().Lookup(name).(*types.Var)
	if !ok {
		return nil
	}
	if p.extra[obj] == nil {
		// No instruction refers to it, so another program will do.
		prog := ssa.NewProgram(p.Pass.Fset, ssa.BuilderMode(0))
		p.extra[obj] = createPackage(prog, pkg.Pkg, []types.Object{obj}, false).Var(name)
	}
	return p.extra[obj]
}

func (p *Package) add(fn *ssa.Function) {
	emptyDead(fn)
	p.Funcs = append(p.Funcs, fn)
	for _, anon := range fn.AnonFuncs {
		p.add(anon)
	}
}

// emptyDead takes the instructions out of blocks that a condition which is
// constant in this build never lets run, but for the last of each.
func emptyDead(fn *ssa.Function) {
	decided := func(b *ssa.BasicBlock) (taken *ssa.BasicBlock, ok bool) {
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			return nil, false
		}
		k, ok := br.Cond.(*ssa.Const)
		if !ok {
			return nil, false
		}
		if constant.BoolVal(k.Value) {
			return b.Succs[0], true
		}
		return b.Succs[1], true
	}
	if !slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool { _, ok := decided(b); return ok }) {
		return
	}
	live := make([]bool, len(fn.Blocks))
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if live[b.Index] {
			return
		}
		live[b.Index] = true
		if taken, ok := decided(b); ok {
			visit(taken)
			return
		}
		for _, s := range b.Succs {
			visit(s)
		}
	}
	visit(fn.Blocks[0])
	if fn.Recover != nil {
		visit(fn.Recover)
	}
	for _, b := range fn.Blocks {
		if !live[b.Index] {
			b.Instrs = b.Instrs[len(b.Instrs)-1:]
		}
	}
}

// Outermost returns the declared function (or package initialiser) that fn is
// written in: fn itself unless fn is a literal.
func Outermost(fn *ssa.Function) *ssa.Function {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn
}

// Within reports whether fn is outer or a literal somewhere inside it.
func Within(fn, outer *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if fn == outer {
			return true
		}
	}
	return false
}

// Callee returns the function or method that a call names, its generic origin
// where it is an instance: for a call through an interface the interface's
// method, for a method value the method. It returns nil when a function value
// or a built-in is called.
func Callee(call *ssa.CallCommon) *types.Func {
	if call.IsInvoke() {
		return call.Method.Origin()
	}
	switch fn := call.Value.(type) {
	case *ssa.Function:
		return FuncObject(fn)
	case *ssa.MakeClosure:
		return BoundMethod(fn)
	}
	return nil
}

// FuncObject returns the declaration behind fn, its generic origin where fn is
// an instance, or nil for literals and functions that the builder made up.
func FuncObject(fn *ssa.Function) *types.Func {
	if origin := fn.Origin(); origin != nil {
		fn = origin
	}
	if obj, ok := fn.Object().(*types.Func); ok {
		return obj.Origin()
	}
	return nil
}

// BoundMethod returns the method that a method value is bound to, or nil if c
// is the closure of a literal.
func BoundMethod(c *ssa.MakeClosure) *types.Func {
	fn := c.Fn.(*ssa.Function)
	if fn.Synthetic == "" || fn.Parent() != nil {
		return nil
	}
	if obj, ok := fn.Object().(*types.Func); ok && len(c.Bindings) == 1 {
		return obj.Origin()
	}
	return nil
}

// FuncValue returns the function that a value is, a declared one, a literal or a method that is bound to
// its receiver, or nil if that is not in sight.
func (p *Package) FuncValue(v ssa.Value) *ssa.Function {
	switch v := Unwrap(v).(type) {
	case *ssa.Function:
		return v
	case *ssa.MakeClosure:
		if m := BoundMethod(v); m != nil {
			return p.SSA.Prog.FuncValue(m)
		}
		return v.Fn.(*ssa.Function)
	}
	return nil
}

// IsLoopBody reports whether fn is the body of a loop over a function, which SSA makes a function
// of its own.
func IsLoopBody(fn *ssa.Function) bool { return strings.HasPrefix(fn.Synthetic, "range-over-func") }

// Static returns the function of this package whose body a call runs, or nil
// if the callee has no body here or is not known.
func (p *Package) Static(call *ssa.CallCommon) *ssa.Function {
	var fn *ssa.Function
	switch v := call.Value.(type) {
	case *ssa.Function:
		fn = v
	case *ssa.MakeClosure:
		if BoundMethod(v) != nil {
			return nil
		}
		fn = v.Fn.(*ssa.Function)
	}
	return p.Source(fn)
}

// Source returns the function of this package whose body stands for fn: fn
// itself or, for an instance, its generic origin; nil if there is none.
func (p *Package) Source(fn *ssa.Function) *ssa.Function {
	if fn == nil {
		return nil
	}
	if origin := fn.Origin(); origin != nil {
		fn = origin
	}
	if fn.Pkg != p.SSA || len(fn.Blocks) == 0 {
		return nil
	}
	return fn
}

// Args returns the operands of a call as the callee's parameters see them: the
// receiver first, also for calls through an interface and method values.
func Args(call *ssa.CallCommon) []ssa.Value {
	if call.IsInvoke() {
		return append([]ssa.Value{call.Value}, call.Args...)
	}
	if c, ok := call.Value.(*ssa.MakeClosure); ok && BoundMethod(c) != nil {
		return append([]ssa.Value{c.Bindings[0]}, call.Args...)
	}
	return call.Args
}

// ImportPath returns the path by which source files import a package: below
// GOPATH, packages in vendor folders have the folder in front of it.
func ImportPath(pkg *types.Package) string {
	if _, path, ok := strings.Cut(pkg.Path(), "/vendor/"); ok {
		return path
	}
	return pkg.Path()
}

// Named returns the named type behind t, its pointers and aliases, or nil.
func Named(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// Unwrap returns the value behind conversions to other types of the same
// representation: named types and interfaces.
func Unwrap(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.ChangeType:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		case *ssa.MakeInterface:
			v = x.X
		default:
			return v
		}
	}
}

// Int returns the value of a constant that is an integer.
func Int(v ssa.Value) (n int64, ok bool) {
	k, ok := v.(*ssa.Const)
	if !ok || k.Value == nil || k.Value.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(k.Value)
}

// Unconvert is [Unwrap] that also looks behind conversions that change the
// representation, as between integer types or from a string to bytes.
func Unconvert(v ssa.Value) ssa.Value {
	for {
		v = Unwrap(v)
		c, ok := v.(*ssa.Convert)
		if !ok {
			return v
		}
		v = c.X
	}
}
