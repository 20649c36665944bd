package growth

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// An Entry is the function through which repeatable code comes to a growth.
type Entry struct {
	Func *ssa.Function
	// Requests is set if the function serves requests, else its callers are
	// other packages.
	Requests bool
	// Steps are the way from Func to where the container grows.
	Steps []Step
}

// A Step is an instruction that calls a function of the package, or uses it as
// a value.
type Step struct {
	At ssa.Instruction
	To *ssa.Function
}

// entry returns the nearest function from which a place is reached that serves
// requests or is exported; ok is false if there is none.
func (f *finder) entry(at Place) (Entry, bool) {
	type node struct {
		fn   *ssa.Function
		use  ssa.Instruction // of the function of next; nil if that is a literal in fn
		next *node           // towards the place
	}
	work := []*node{{fn: at.Event.Func()}}
	seen := map[*ssa.Function]bool{work[0].fn: true}
	for len(work) > 0 {
		n := work[0]
		work = work[1:]
		fn := n.fn
		serves := servesRequests(fn) || servesRPC(fn)
		if serves || fn.Parent() == nil && token.IsExported(fn.Name()) && !f.Once(fn) {
			e := Entry{Func: fn, Requests: serves}
			for ; n.next != nil; n = n.next {
				if n.use != nil && n.use.Pos().IsValid() {
					e.Steps = append(e.Steps, Step{n.use, n.next.fn})
				}
			}
			return e, true
		}
		from := func(caller *ssa.Function, use ssa.Instruction) {
			if !seen[caller] {
				seen[caller] = true
				work = append(work, &node{caller, use, n})
			}
		}
		if fn.Parent() != nil {
			from(fn.Parent(), nil)
		}
		for _, use := range f.usesIn(fn) {
			from(use.Parent(), use)
		}
	}
	return Entry{}, false
}

// servesRPC reports whether fn is a method of a service as gRPC generates its
// interface: it takes a context and a message that is a request, and returns a
// message and an error.
func servesRPC(fn *ssa.Function) bool {
	sig := fn.Signature
	if sig.Recv() == nil || !token.IsExported(fn.Name()) || sig.Params().Len() != 2 || sig.Results().Len() != 2 {
		return false
	}
	message := ir.Named(sig.Params().At(1).Type())
	return sig.Params().At(0).Type().String() == "context.Context" && sig.Results().At(1).Type().String() == "error" &&
		message != nil && isPointer(sig.Params().At(1).Type()) && strings.HasSuffix(message.Obj().Name(), "Request")
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
