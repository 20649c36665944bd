package readall

import (
	_ "embed"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "readall"

// Analyzer reports bodies that are read whole.
var Analyzer = &analysis.Analyzer{
	Name:       name,
	Doc:        finding.Doc(doc, name),
	URL:        finding.URL(name),
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},
	Flags:      finding.OptionalFlags(),
	ResultType: finding.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	report := finding.NewReporter(pass)
	if finding.On(pass.Analyzer) {
		c := &checker{Package: evidence.Of(pass)}
		c.handlers()
		for _, e := range c.Events() {
			if b, at := c.body(e); b != nil && !c.HelpsTests(e.Func()) && c.Repeatable(at) {
				report.Add(*account.Found(c.Package, at, "unbounded-read", b.what+" is read whole with no limit such as "+b.limit))
			}
		}
	}
	return report.Flush(), nil
}

type checker struct {
	*evidence.Package
	// The handlers that are wrapped by one that limits what they read; all, if that is
	// not known of one.
	handled map[*ssa.Function]bool
	all     bool
}

// handlers finds the handlers that are given to http.MaxBytesHandler.
func (c *checker) handlers() {
	c.handled = make(map[*ssa.Function]bool)
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				if callee := ir.Callee(call.Common()); callee == nil || callee.FullName() != "net/http.MaxBytesHandler" {
					continue
				}
				if handler := c.IR.Source(c.IR.FuncValue(ir.Args(call.Common())[0])); handler != nil {
					c.handled[ir.Outermost(handler)] = true
				} else {
					c.all = true
				}
			}
		}
	}
}

// maxCallers bounds how far callers are followed to the handler that they are called by.
const maxCallers = 3

// isHandled reports whether a function is one of the handlers that are wrapped, or only
// these call it.
func (c *checker) isHandled(fn *ssa.Function, depth int) bool {
	if c.handled[fn] {
		return true
	}
	uses := c.Uses(fn)
	return depth < maxCallers && len(uses) > 0 && !token.IsExported(fn.Name()) && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || c.IR.Static(call.Common()) != fn || !c.isHandled(ir.Outermost(use.Parent()), depth+1)
	})
}

// A body is what somebody else makes as long as they like.
type body struct{ what, limit string }

var (
	request  = &body{"request body", "http.MaxBytesReader"}
	response = &body{"response body", "io.LimitReader"}
	upload   = &body{"uploaded file", "io.LimitReader"}
)

// uploads are functions that return what a client uploads.
var uploads = map[string]bool{"(*net/http.Request).FormFile": true, "(*mime/multipart.FileHeader).Open": true, "(*mime/multipart.Reader).NextPart": true}

// body returns what an event reads whole, and the call that does, or nil if that is no body,
// or is limited.
func (c *checker) body(e *effects.Event) (*body, ssa.Instruction) {
	call, ok := e.Instr.(ssa.CallInstruction)
	switch {
	case !ok:
		return nil, nil
	case e.Kind != effects.Drain:
		return c.copied(e)
	}
	b := bodyOf(e.Ref)
	if b == nil || !c.given(e, call) || !c.unlimited(b, e.Ref, call) {
		return nil, nil
	}
	return b, call
}

// unlimited reports whether nothing in sight limits a body where it is read.
func (c *checker) unlimited(b *body, r effects.Ref, at ssa.Instruction) bool {
	fn := ir.Outermost(at.Parent())
	return b == upload || (b != request || !c.all && !c.isHandled(fn, 0)) && !c.limited(r, fn, 0)
}

// bodyOf returns what a ref names, or nil if that is no body.
func bodyOf(r effects.Ref) *body {
	if f := r.Path.Field(); f != nil && f.Pkg() != nil && f.Pkg().Path() == "net/http" && f.Name() == "Body" {
		owner := r.Path.Parent().Type(r.Root.Type())
		switch n := ir.Named(owner); {
		case n == nil:
		case n.Obj().Name() == "Request":
			return request
		case n.Obj().Name() == "Response":
			return response
		}
		return nil
	}
	if r.Path != nil {
		return nil
	}
	root := r.Root
	if ext, ok := root.(*ssa.Extract); ok {
		root = ext.Tuple
	}
	if call, ok := root.(*ssa.Call); ok {
		if callee := ir.Callee(&call.Call); callee != nil && uploads[callee.FullName()] {
			return upload
		}
	}
	return nil
}

// given reports whether the body itself, or a reader of it, is given to the call: else the
// function that is called takes it from the request, and is where it is read. What has a
// limit on one way is taken to need none on the other.
func (c *checker) given(e *effects.Event, call ssa.CallInstruction) bool {
	return slices.ContainsFunc(ir.Args(call.Common()), func(arg ssa.Value) bool {
		refs := c.Refs(arg)
		if slices.ContainsFunc(refs, func(r effects.Ref) bool { return effects.Limits(r.Root) }) {
			return false
		}
		return slices.Contains(refs, e.Ref) || slices.Contains(c.Held(refs), e.Ref) && !ownsBody(arg.Type())
	})
}

func ownsBody(typ types.Type) bool {
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http"
}

// limited reports whether a function, or one of its callers, puts something in the place
// of the body, or looks at its length.
func (c *checker) limited(r effects.Ref, fn *ssa.Function, depth int) bool {
	for _, e := range c.Of(r.Root) {
		if e.Ref == r && (e.Kind == effects.Replace || e.Kind == effects.Lazy) {
			return true
		}
	}
	if c.asksLength(r, fn) {
		return true
	}
	const deep = 3
	param, ok := r.Root.(*ssa.Parameter)
	if !ok || depth == deep || param.Parent() != fn {
		return false
	}
	i := slices.Index(fn.Params, param)
	return slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok || c.IR.Static(call.Common()) != fn {
			return false
		}
		args := ir.Args(call.Common())
		return i < len(args) && slices.ContainsFunc(c.Refs(args[i]), func(at effects.Ref) bool {
			return c.limited(c.Join(at, r.Path), ir.Outermost(call.Parent()), depth+1)
		})
	})
}

// asksLength reports whether a branch of a function depends on the length that the owner of
// a body announces.
func (c *checker) asksLength(r effects.Ref, fn *ssa.Function) bool {
	for _, b := range c.IR.Graph(fn).Branches() {
		cmp, ok := b.Cond.(*ssa.BinOp)
		if ok && (c.lengthOf(cmp.X, r) || c.lengthOf(cmp.Y, r)) {
			return true
		}
	}
	return false
}

func (c *checker) lengthOf(v ssa.Value, body effects.Ref) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return false
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	return ok && effects.FieldOf(addr.X, addr.Field).Name() == "ContentLength" &&
		slices.Contains(c.Refs(addr.X), effects.Ref{Root: body.Root, Path: body.Path.Parent()})
}

// copied returns an upload, and the call that reads it whole, if an event asks a file for its
// name that a body was copied to.
func (c *checker) copied(e *effects.Event) (*body, ssa.Instruction) {
	name, ok := e.Instr.(*ssa.Call)
	if !ok || e.Kind != effects.Method || e.Callee == nil || e.Callee.FullName() != "(*os.File).Name" {
		return nil, nil
	}
	i := slices.IndexFunc(*name.Referrers(), readsFile)
	if i < 0 {
		return nil, nil
	}
	for _, to := range c.Of(e.Ref.Root) {
		if to.Kind != effects.Arg || to.Ref != e.Ref || to.Index != 0 || to.Callee == nil || to.Callee.FullName() != "io.Copy" {
			continue
		}
		for _, r := range c.Refs(ir.Args(to.Instr.(ssa.CallInstruction).Common())[1]) {
			if b := bodyOf(r); b != nil && c.unlimited(b, r, to.Instr) {
				return upload, (*name.Referrers())[i]
			}
		}
	}
	return nil, nil
}

func readsFile(use ssa.Instruction) bool {
	call, ok := use.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && (callee.FullName() == "os.ReadFile" || callee.FullName() == "io/ioutil.ReadFile")
}
