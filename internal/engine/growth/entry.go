package growth

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// An Entry is the function through which repeatable code comes to a growth.
type Entry struct {
	Func *ssa.Function
	// Requests is set if the function serves HTTP requests, else its callers are
	// other packages.
	Requests bool
}

// entry returns the nearest function from which a place is reached that serves
// requests or is exported; ok is false if there is none.
func (f *finder) entry(at Place) (Entry, bool) {
	work := []*ssa.Function{at.Event.Func()}
	seen := map[*ssa.Function]bool{work[0]: true}
	for len(work) > 0 {
		fn := work[0]
		work = work[1:]
		if servesRequests(fn) {
			return Entry{fn, true}, true
		}
		if fn.Parent() == nil && token.IsExported(fn.Name()) && !f.Once(fn) {
			return Entry{fn, false}, true
		}
		next := func(caller *ssa.Function) {
			if !seen[caller] {
				seen[caller] = true
				work = append(work, caller)
			}
		}
		if fn.Parent() != nil {
			next(fn.Parent())
		}
		for _, use := range f.usesIn(fn) {
			next(use.Parent())
		}
	}
	return Entry{}, false
}

// servesRequests reports whether fn works on an HTTP request that a client
// sent. What gets or returns a response, or sends the request, is the client
// itself.
func servesRequests(fn *ssa.Function) bool {
	if slices.ContainsFunc(fn.Params, sends) {
		return false
	}
	request := false
	for _, tuple := range []*types.Tuple{fn.Signature.Params(), fn.Signature.Results()} {
		for v := range tuple.Variables() {
			request = request || isRequest(v.Type())
			if isHTTP(v.Type(), "Response") {
				return false
			}
		}
	}
	return request
}

// sends reports whether a request is given to a client.
func sends(request *ssa.Parameter) bool {
	return isRequest(request.Type()) && slices.ContainsFunc(*request.Referrers(), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok {
			return false
		}
		callee := ir.Callee(call.Common())
		return callee != nil && (callee.FullName() == "(*net/http.Client).Do" || callee.Name() == "RoundTrip")
	})
}

func isRequest(t types.Type) bool { return isHTTP(t, "Request") }

func isHTTP(t types.Type, name string) bool {
	n := ir.Named(t)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == name
}
