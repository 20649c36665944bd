package effects

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// drain emits that readers are read to their ends, and what they read from, but for what
// a limit is put on. Who decodes one value after another reads a stream.
func (c *collector) drain(refs []Ref, e Happening) {
	if e.Callee != nil && decoders[e.Callee.FullName()] && c.t.ir.Graph(e.Instr.Parent()).Innermost(e.Instr.Block()) != nil {
		return
	}
	h := c.settle(e)
	seen := make(map[Ref]bool)
	for work := refs; len(work) > 0 && len(seen) < maxRefs; work = work[1:] {
		r := work[0]
		if seen[r] || Limits(r.Root) {
			continue
		}
		seen[r] = true
		c.share([]Ref{r}, len(seen) > len(refs), h)
		if x := c.values[r.Root]; x != nil {
			for p := x.held; p != nil; p = p.next {
				if p.path.HasPrefix(r.Path) {
					work = append(work[:len(work):len(work)], p.refs...)
				}
			}
		}
	}
}

var decoders = map[string]bool{"(*encoding/json.Decoder).Decode": true, "(*encoding/xml.Decoder).Decode": true}

// limiters are functions whose result reads no more than a number of bytes from their
// argument.
var limiters = map[string]bool{"io.LimitReader": true, "net/http.MaxBytesReader": true, "io.NewSectionReader": true}

// Limits reports whether a value is a reader that reads no more than a number of bytes
// from another one.
func Limits(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		return callee != nil && limiters[callee.FullName()]
	case *ssa.Alloc:
		n := ir.Named(v.Type())
		return n != nil && n.Obj().Pkg() != nil && types.TypeString(n, nil) == "io.LimitedReader"
	}
	return false
}
