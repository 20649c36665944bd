package residue

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/retention"
)

// A Piece is a small part of something large that is kept where it stays, while the rest
// is not.
type Piece struct {
	At     ssa.Instruction // which keeps it
	For    ssa.Instruction // where the function that has the whole keeps it: At, or a call that leads there
	Val    ssa.Value       // the part
	Of     ssa.Value       // the whole
	Source string          // what the whole came from; empty if its size is known
	Size   retention.Size
	Slot   retention.Slot // where it is kept
	// Inside is set if the part is a pointer to a field or element.
	Inside bool
}

// Pieces returns the pieces that the functions of a package keep of wholes of at least limit
// bytes, or of no known size.
func Pieces(p *evidence.Package, passing *Passing, limit int64) []Piece {
	f := &pieceFinder{
		Package: p, passing: passing, limit: limit,
		keepers: make(map[*ssa.Parameter]*sink), staying: make(map[ssa.Value]*effects.Ref),
	}
	var having []*ssa.Function
	for _, fn := range p.IR.Funcs {
		if !p.HelpsTests(fn) && f.hasLarge(fn) {
			having = append(having, fn)
		}
	}
	// What they call may keep what it is given, or give it to what does.
	called := f.callees(having)
	for _, fn := range append(f.callees(called), called...) {
		f.sinks(fn, f.learn)
	}
	var found []Piece
	for _, fn := range having {
		f.sinks(fn, func(s *sink) { found = append(found, f.kept(s)...) })
	}
	return f.alone(found)
}

// hasLarge reports whether a function has to do with something large, or a function around
// it.
func (f *pieceFinder) hasLarge(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if ir.Once(f.IR.Graph(fn), "residue.hasLarge", func() bool { return slices.ContainsFunc(fn.Blocks, f.largeIn) }) {
			return true
		}
	}
	return false
}

func (f *pieceFinder) largeIn(b *ssa.BasicBlock) bool {
	return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool {
		switch v := instr.(type) {
		case *ssa.MakeSlice:
			return !isConst(v.Len)
		case *ssa.Alloc:
			return retention.Sizeof(f.Package.Package, pointee(v.Type())) >= f.limit
		case *ssa.Store:
			return f.pointsInto(v.Val)
		case *ssa.MapUpdate:
			return f.pointsInto(v.Value)
		case *ssa.Call:
			sum := f.Callee(&v.Call)
			return sum != nil && slices.ContainsFunc(sum.Ops, func(op effects.Op) bool { return op.Kind == effects.Fill })
		}
		return false
	})
}

// pointsInto reports whether a value is a pointer into the result of a call, or into a list.
func (f *pieceFinder) pointsInto(v ssa.Value) bool {
	if _, pointer := v.Type().Underlying().(*types.Pointer); !pointer {
		return false
	}
	return slices.ContainsFunc(edges(v), func(e ssa.Value) bool {
		base := retention.Interior(e)
		if base == e {
			return false
		}
		call, _ := resultOf(base)
		_, list := base.Type().Underlying().(*types.Slice)
		return call != nil || list
	})
}

// callees returns the functions of the package that some functions call.
func (f *pieceFinder) callees(fns []*ssa.Function) (called []*ssa.Function) {
	seen := make(map[*ssa.Function]bool)
	for _, fn := range fns {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok {
					if callee := f.IR.Static(&call.Call); callee != nil && !seen[callee] {
						seen[callee] = true
						called = append(called, callee)
					}
				}
			}
		}
	}
	return called
}

type pieceFinder struct {
	*evidence.Package
	passing *Passing
	limit   int64
	keepers map[*ssa.Parameter]*sink   // where a parameter is kept
	staying map[ssa.Value]*effects.Ref // see stays
	whole   []keeping                  // what is kept whole, or nearly
}

// A keeping is an instruction that keeps something of a whole.
type keeping struct {
	at ssa.Instruction
	of ssa.Value
}

// A sink is where a value is kept.
type sink struct {
	at   ssa.Instruction
	val  ssa.Value
	slot effects.Ref
	cut  *sink // if a small part is kept of what comes here: where that is
}

// sinks calls f for each place of a function where a string, slice or pointer is kept.
func (f *pieceFinder) sinks(fn *ssa.Function, do func(*sink)) {
	keep := func(at ssa.Instruction, val ssa.Value, places []effects.Ref) {
		if !isPart(val) || !f.shares(val) {
			return
		}
		for _, r := range places {
			if to, ok := f.stays(r, 0); ok && !f.passing.Holds(to) && !f.renewed(to) && !f.replaced(at) {
				do(&sink{at: at, val: val, slot: to})
				return
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				keep(instr, instr.Val, f.Refs(instr.Addr))
			case *ssa.MapUpdate:
				keep(instr, instr.Key, f.Refs(instr.Map))
				keep(instr, instr.Value, f.Refs(instr.Map))
			case *ssa.Call:
				f.called(instr, keep, do)
			}
		}
	}
}

// shares reports whether a value is cut from something.
func (f *pieceFinder) shares(v ssa.Value) bool {
	if _, pointer := ir.Unwrap(v).Type().Underlying().(*types.Pointer); pointer {
		return slices.ContainsFunc(edges(v), func(e ssa.Value) bool { return retention.Interior(e) != e })
	}
	return len(f.Shares(v)) > 0
}

// called calls f for what a function keeps that is called.
func (f *pieceFinder) called(call *ssa.Call, keep func(ssa.Instruction, ssa.Value, []effects.Ref), do func(*sink)) {
	args := ir.Args(&call.Call)
	if callee := f.IR.Static(&call.Call); callee != nil {
		for i, param := range callee.Params {
			if s := f.keepers[param]; s != nil && i < len(args) && isPart(args[i]) {
				do(&sink{at: call, val: args[i], slot: s.slot, cut: s.cut})
			}
		}
		return
	}
	sum := f.Callee(&call.Call)
	if sum == nil {
		return
	}
	for _, op := range sum.Ops {
		if op.Kind == effects.Store && op.To >= 0 && op.To < len(args) && op.Param >= 0 && op.Param < len(args) && op.Path == "" {
			keep(call, args[op.Param], f.Refs(args[op.To]))
		}
	}
}

// isPart reports whether a value may be a part of something.
func isPart(v ssa.Value) bool {
	if _, constant := v.(*ssa.Const); constant {
		return false
	}
	if conv, ok := v.(*ssa.MakeInterface); ok {
		return isPart(conv.X)
	}
	switch u := v.Type().Underlying().(type) {
	case *types.Pointer:
		return true
	case *types.Slice:
		return !isText(u.Elem()) // a list of all parts keeps no more than it needs
	case *types.Basic:
		return u.Info()&types.IsString != 0
	}
	return false
}

// isText reports whether a type is one of strings or slices.
func isText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return true
	case *types.Basic:
		return u.Info()&types.IsString != 0
	}
	return false
}

// stays returns where something is kept that is stored at a place: there, if that is
// reached from a package variable, a parameter or what a function around has, or where the
// object goes that has the place.
func (f *pieceFinder) stays(r effects.Ref, depth int) (effects.Ref, bool) {
	const deep = 3
	switch root := r.Root.(type) {
	case *ssa.Global:
		return r, true
	case *ssa.Parameter:
		_, pointer := root.Type().Underlying().(*types.Pointer)
		_, table := root.Type().Underlying().(*types.Map)
		return r, r.Path != nil && (pointer || behind(r.Path)) || table
	case *ssa.FreeVar:
		return r, r.Path != nil
	}
	if !effects.Fresh(r.Root) || depth > deep {
		return r, false
	}
	at, known := f.staying[r.Root]
	if !known {
		f.staying[r.Root] = nil // while it is worked out
		for _, e := range f.Of(r.Root) {
			if e.Kind == effects.Store && e.Holder == "" && e.To.Root != r.Root {
				if to, ok := f.stays(e.To, depth+1); ok {
					at = &to
					break
				}
			}
		}
		f.staying[r.Root] = at
	}
	if at == nil {
		return r, false
	}
	return *at, true
}

// renewed reports whether the container that an element is put into makes way for another
// one, which its owner does not end with.
func (f *pieceFinder) renewed(at effects.Ref) bool {
	field := at.Path.Field()
	return field != nil && at.Path.IsElem() && slices.ContainsFunc(f.OfField(field), func(e *effects.Event) bool {
		if e.Kind != effects.Replace || effects.Fresh(e.Ref.Root) || f.Once(e.Func()) {
			return false
		}
		return !f.InTeardown(ir.Outermost(e.Func()))
	})
}

// behind reports whether a path leads through an element or pointer, out of the memory of
// what it begins at.
func behind(path *effects.Path) bool {
	for ; path != nil; path = path.Parent() {
		if path.IsElem() {
			return true
		}
		if f := path.Field(); f != nil && path.Parent() != nil {
			if _, pointer := f.Type().Underlying().(*types.Pointer); pointer {
				return true
			}
		}
	}
	return false
}

// learn notes that a function keeps a parameter, or a part of it.
func (f *pieceFinder) learn(s *sink) {
	for _, share := range f.Shares(s.val) {
		param, ok := share.Of.(*ssa.Parameter)
		if !ok || param.Parent().Parent() != nil || f.gathers(s, param) {
			continue
		}
		keeper := &sink{at: s.at, val: s.val, slot: s.slot, cut: s.cut}
		if s.cut == nil && share.Much == effects.Small {
			keeper.cut = s
		}
		if have := f.keepers[param]; have == nil || have.cut != nil && keeper.cut == nil { // who keeps the whole keeps its parts
			f.keepers[param] = keeper
		}
	}
}

// kept returns the parts that a sink keeps.
func (f *pieceFinder) kept(s *sink) (found []Piece) {
	if _, pointer := ir.Unwrap(s.val).Type().Underlying().(*types.Pointer); pointer {
		for _, v := range edges(s.val) {
			if base := retention.Interior(v); base != v {
				found = append(found, f.inside(s, base)...)
			}
		}
		return found
	}
	for _, share := range f.Shares(s.val) {
		source, size := f.large(share.Of)
		if source == "" && size.Bytes == 0 {
			continue
		}
		if share.Much != effects.Small && s.cut == nil {
			f.whole = append(f.whole, keeping{s.at, share.Of})
		} else if (share.Much == effects.Whole || s.cut == nil) && !f.gathers(s, share.Of) {
			where := s
			if s.cut != nil {
				where = s.cut
			}
			found = append(found, Piece{At: where.at, For: s.at, Val: where.val, Of: share.Of, Source: source, Size: size, Slot: retention.Slot{Ref: s.slot}})
		}
	}
	return found
}

// edges returns the values that a value may be.
func edges(v ssa.Value) []ssa.Value {
	if phi, ok := ir.Unwrap(v).(*ssa.Phi); ok {
		return phi.Edges
	}
	return []ssa.Value{ir.Unwrap(v)}
}

// large returns where a whole comes from, or how large it is, if that is large.
func (f *pieceFinder) large(of ssa.Value) (source string, size retention.Size) {
	switch of := of.(type) {
	case *ssa.Parameter:
		return "", retention.Size{}
	case *ssa.MakeSlice:
		return "make", retention.Size{}
	case *ssa.Alloc:
		if n := retention.Sizeof(f.Package.Package, pointee(of.Type())); n >= f.limit {
			return "", retention.Size{Bytes: n, Bulk: true}
		}
		return "", retention.Size{}
	}
	call, ok := of.(*ssa.Call)
	if ext, isExt := of.(*ssa.Extract); isExt {
		call, ok = ext.Tuple.(*ssa.Call)
	}
	if !ok || !reads[f.Origin(of)] {
		return "", retention.Size{}
	}
	callee := ir.Callee(&call.Call)
	if callee == nil || f.limited(call, callee) {
		return "", retention.Size{}
	}
	return callee.Pkg().Name() + "." + callee.Name(), retention.Size{}
}

// reads are the functions that read all there is. What a program builds itself is as large
// as it means it to be.
var reads = map[string]bool{"io.ReadAll": true, "os.ReadFile": true, "io/ioutil.ReadAll": true, "io/ioutil.ReadFile": true}

// limited reports whether a call that may give any amount of data gives little: what is
// read has a limit or is a file that is known to be there.
func (f *pieceFinder) limited(call *ssa.Call, callee *types.Func) bool {
	args := ir.Args(&call.Call)
	switch callee.Name() {
	case "ReadAll":
		limit, ok := ir.Unwrap(args[0]).(*ssa.Call)
		if ok && ir.Callee(&limit.Call) != nil && ir.Callee(&limit.Call).FullName() == "io.LimitReader" {
			n, ok := limit.Call.Args[1].(*ssa.Const)
			return ok && n.Int64() < f.limit
		}
	case "ReadFile":
		_, ok := args[0].(*ssa.Const)
		return ok
	}
	return false
}

// gathers reports whether a sink keeps one part after the other, in a loop that takes the
// whole apart, and does not pick some: then all of them are most of it.
func (f *pieceFinder) gathers(s *sink, of ssa.Value) bool {
	in := s.at.Parent()
	var from *ssa.BasicBlock
	if def, ok := of.(ssa.Instruction); ok && def.Parent() == in {
		from = def.Block()
	}
	apart := ir.IsLoopBody(in)
	for l := f.IR.Graph(in).Innermost(s.at.Block()); l != nil; l = l.Outer {
		apart = apart || from == nil || !l.Contains(from)
	}
	return apart && !picked(s.at.Block())
}

// picked reports whether control gets to a block only where something was found to be
// what was looked for.
func picked(b *ssa.BasicBlock) bool {
	for b := range ir.Dominators(b) {
		if len(b.Preds) != 1 {
			continue
		}
		br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If)
		if ok && selects(br.Cond, b.Preds[0].Succs[0] == b) {
			return true
		}
	}
	return false
}

// selects reports whether few values meet a condition, or fail it.
func selects(cond ssa.Value, met bool) bool {
	switch cond := cond.(type) {
	case *ssa.UnOp:
		return cond.Op == token.NOT && selects(cond.X, !met)
	case *ssa.BinOp:
		if ir.IsNil(cond.X) || ir.IsNil(cond.Y) {
			return false
		}
		return cond.Op == token.EQL && met || cond.Op == token.NEQ && !met
	case *ssa.Call:
		callee := ir.Callee(&cond.Call)
		return met && callee != nil && finds(callee)
	case *ssa.Extract:
		call, ok := cond.Tuple.(*ssa.Call)
		if !ok {
			return false
		}
		callee := ir.Callee(&call.Call)
		return met && callee != nil && finds(callee)
	}
	return false
}

// finds reports whether a function tells whether a text is one of some.
func finds(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	switch fn.Pkg().Path() {
	case "strings", "bytes":
		return fn.Name() != "Cut"
	case "regexp":
		return true
	}
	return false
}

// maxParts is how many parts of one whole are taken to be most of it.
const maxParts = 3

// alone returns the parts of which the whole does not stay anyway.
func (f *pieceFinder) alone(found []Piece) []Piece {
	wholes, parts := make(map[ssa.Value][]ssa.Instruction), make(map[ssa.Value][]ssa.Instruction)
	for _, k := range f.whole {
		wholes[k.of] = append(wholes[k.of], k.at)
	}
	seen := make(map[keeping]bool)
	found = slices.DeleteFunc(found, func(part Piece) bool {
		k := keeping{part.For, part.Of}
		twice := seen[k]
		seen[k] = true
		return twice
	})
	for _, part := range found {
		parts[part.Of] = append(parts[part.Of], part.For)
	}
	return slices.DeleteFunc(found, func(part Piece) bool {
		return together(part, wholes[part.Of]) > 0 || together(part, parts[part.Of]) > maxParts
	})
}

// together counts the instructions that run in one go with the one that keeps a part: not those
// of another case, say. If there are very many, all count.
func together(part Piece, others []ssa.Instruction) (n int) {
	const many = 8 * maxParts
	if len(others) > many {
		return len(others)
	}
	var from *ssa.BasicBlock
	if def, ok := part.Of.(ssa.Instruction); ok {
		from = def.Block()
	}
	past := func(a, b *ssa.BasicBlock) bool {
		return a == b || slices.ContainsFunc(a.Succs, func(s *ssa.BasicBlock) bool { return ir.Reaches(s, b, from) })
	}
	for _, other := range others {
		if at, to := part.For.Block(), other.Block(); other.Parent() != part.For.Parent() || past(at, to) || past(to, at) {
			n++
		}
	}
	return n
}

// pointee returns what a pointer points to.
func pointee(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}
