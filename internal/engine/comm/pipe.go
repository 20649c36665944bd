package comm

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// The ends of an io.Pipe are objects with two channels: what is written goes through
// one, and the other is closed with either end. Whatever of the standard library reads
// from an end or writes to it is one or more rounds of that. What wraps an end, as a
// bufio.Reader does, is the end. Who else gets an end may do anything with it.

// What is done with the ends of pipes among the arguments of a call.
const (
	pipeSome  = iota // read or write once
	pipeAll          // read until the other end is closed
	pipeCopy         // read from the second, if it is an end, and write to the first
	pipeClose        // close it
	pipeFlush        // write once, if it is written to
	pipeGive         // keep it, unless the call fails
)

// An end says which end of a pipe an object is.
const (
	readEnd = 1 + iota
	writeEnd
)

// wrapping are the packages whose functions do no more with a reader or writer than to
// read or write while they run, or to make another one of it.
var wrapping = map[string]bool{
	"archive/tar": true, "archive/zip": true, "bufio": true,
	"compress/bzip2": true, "compress/flate": true, "compress/gzip": true, "compress/lzw": true, "compress/zlib": true,
	"encoding/ascii85": true, "encoding/base32": true, "encoding/base64": true, "encoding/binary": true, "encoding/csv": true,
	"encoding/gob": true, "encoding/hex": true, "encoding/json": true, "encoding/pem": true, "encoding/xml": true,
	"fmt": true, "html/template": true, "image/gif": true, "image/jpeg": true, "image/png": true, "io": true,
	"mime/multipart": true, "mime/quotedprintable": true, "text/tabwriter": true, "text/template": true,
}

// hasPipes reports whether a package makes pipes, or calls what does.
func (g *Program) hasPipes() bool {
	if g.pipes == 0 {
		g.pipes = 2
		for _, fn := range g.p.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if call, ok := instr.(ssa.CallInstruction); ok && g.makesPipe(ir.Callee(call.Common())) {
						g.pipes = 1
						return true
					}
				}
			}
		}
	}
	return g.pipes == 1
}

func (g *Program) makesPipe(callee *types.Func) bool {
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == g.p.IR.Pass.Pkg {
		return false
	}
	if callee.FullName() == "io.Pipe" {
		return true
	}
	if convention.IsStd(callee.Pkg().Path()) {
		return false
	}
	c := g.foreign(callee)
	return c != nil && slices.ContainsFunc(c.nodes, func(n node) bool { return n.op == opAlloc && n.n > 0 })
}

// isPipeEnd reports whether a function is a method of an end of an io.Pipe.
func isPipeEnd(sig *types.Signature) bool {
	if sig.Recv() == nil {
		return false
	}
	typ := sig.Recv().Type().String()
	return typ == "*io.PipeReader" || typ == "*io.PipeWriter"
}

// closes reports whether a method is that of io.Closer, or CloseWithError of an end of a pipe.
func closes(method *types.Func) bool {
	sig := method.Signature()
	if sig.Results().Len() != 1 || !ir.IsError(sig.Results().At(0).Type()) {
		return false
	}
	switch params := sig.Params(); method.Name() {
	case "Close":
		return params.Len() == 0
	case "CloseWithError":
		return params.Len() == 1 && ir.IsError(params.At(0).Type())
	}
	return false
}

// pipe writes what a function of the standard library does with the ends of pipes. It
// reports false if that is not known.
func (b *builder) pipe(inv invocation) bool {
	path, name := inv.callee.Pkg().Path(), inv.callee.FullName()
	sig := inv.callee.Signature()
	switch {
	case name == "io.Pipe":
		b.makePipe(inv)
		return true
	case name == "net/http.NewRequest" || name == "net/http.NewRequestWithContext":
		b.atPipe(inv, pipeGive)
		return true
	case isPipeEnd(sig):
		if closes(inv.callee) {
			b.atPipe(inv, pipeClose)
		} else {
			b.atPipe(inv, pipeSome)
		}
		return true
	case name == "io.Copy" || name == "io.CopyBuffer":
		b.atPipe(inv, pipeCopy)
		return true
	case name == "io.ReadAll" || name == "io/ioutil.ReadAll" || name == "(*bytes.Buffer).ReadFrom":
		b.atPipe(inv, pipeAll)
		return true
	case !wrapping[path]:
		return false
	}
	var of *operand // what a result wraps
	if sig.Recv() != nil {
		of = &inv.args[0]
	}
	for i, arg := range inv.args {
		if of == nil && streams(inv.types[i]) {
			of = &inv.args[i]
		}
		if arg.reg < 0 && arg.val.fn != nil {
			return false
		}
	}
	if of == nil {
		return false
	}
	kind := int32(pipeSome)
	switch {
	case inv.callee.Name() == "Close":
		kind = pipeFlush
	case !transfers(inv.callee):
		kind = -1
	}
	if kind >= 0 {
		b.atPipe(inv, kind)
	}
	if len(inv.dst) > 0 && inv.dst[0] >= 0 && b.carries(sig.Results().At(0).Type()) {
		b.emit(node{op: opEnd, dst: inv.dst[:1], args: []operand{*of}, at: inv.at})
	}
	return true
}

// transfers reports whether a function reads or writes: it says whether it could. Those that
// say so of what has been done, or set something, do not.
func transfers(fn *types.Func) bool {
	switch fn.Name() {
	case "Err", "Error", "SetBoundary":
		return false
	case "Flush":
		return true
	}
	for r := range fn.Signature().Results().Variables() {
		basic, ok := r.Type().Underlying().(*types.Basic)
		if ir.IsError(r.Type()) || ok && basic.Kind() == types.Bool {
			return true
		}
	}
	return false
}

// streams reports whether a value of a type is read from or written to.
func streams(t types.Type) bool {
	for _, name := range []string{"Read", "Write"} {
		if obj, _, _ := types.LookupFieldOrMethod(t, false, nil, name); obj != nil {
			return true
		}
	}
	return false
}

// atPipe writes a step at the ends of pipes among the arguments of a call.
func (b *builder) atPipe(inv invocation, kind int32) {
	b.forget(inv.at, inv.dst)
	n := node{op: opPipe, n: kind, args: inv.args, dst: []int32{-1, -1}, at: inv.at}
	results := inv.callee.Signature().Results()
	for i, r := range inv.dst {
		if i >= results.Len() {
			break
		}
		if t := results.At(i).Type(); ir.IsError(t) {
			n.dst[0] = r
		} else if basic, ok := t.Underlying().(*types.Basic); ok && basic.Kind() == types.Bool {
			n.dst[1] = r
		}
	}
	b.emit(n)
}

// makePipe writes a call of io.Pipe.
func (b *builder) makePipe(inv invocation) {
	data, done, part := b.newReg(), b.newReg(), b.newReg()
	none := operand{reg: -1, val: value{kind: integer}}
	b.emit(node{op: opMake, dst: []int32{data}, args: []operand{none}, at: inv.at})
	b.emit(node{op: opMake, dst: []int32{done}, args: []operand{none}, at: inv.at})
	for i, d := range inv.dst {
		if d < 0 {
			continue
		}
		b.emit(node{op: opAlloc, dst: []int32{d}, n: int32(readEnd + i), at: inv.at})
		for f, ch := range []int32{data, done} {
			b.emit(node{op: opField, dst: []int32{part}, args: []operand{{reg: d}}, n: int32(f), at: inv.at})
			b.emit(node{op: opStore, args: []operand{{reg: part}, {reg: ch}}, at: inv.at})
		}
	}
}

// isEnd reports which end of a pipe a value is, 0 if it is none or others have it.
func (s *state) isEnd(v value) uint8 {
	if v.kind != pointer || v.path != 0 || s.heap[v.n].escaped {
		return 0
	}
	return s.heap[v.n].end
}

// loseEnds lets the ends of pipes get out of sight that a value leads to.
func (m *machine) loseEnds(s *state, v value, depth int) {
	switch {
	case !v.isObject() || depth > maxRoom:
	case s.isEnd(v) != 0:
		m.escape(s, v)
	default:
		for _, p := range slices.Clone(s.heap[v.n].parts) {
			m.loseEnds(s, p.val, depth+1)
		}
	}
}

// atPipe makes a step at the ends of pipes that a call is given.
func (m *machine) atPipe(s *state, pi int, n *node) []*state {
	f := s.top(pi)
	var ends []value
	for _, o := range n.args {
		if v := f.get(o); s.isEnd(v) != 0 && !slices.Contains(ends, v) {
			ends = append(ends, v)
		}
	}
	from, to := f.arg(n, 1), f.arg(n, 0)
	kind, second := uint8(n.n), false
	if n.op == opInvoke {
		if closes(n.meth) {
			kind = pipeClose
		}
		second = n.meth.Signature().Results().Len() > 1
	}
	switch {
	case len(ends) == 0:
		return m.back(s, pi, nil)
	case kind == pipeCopy && s.isEnd(to) == writeEnd && (len(ends) == 1 || s.isEnd(from) == readEnd):
		kind = pipeCopy
	case kind == pipeCopy && len(ends) == 1 && s.isEnd(from) == readEnd:
		kind = pipeAll
	case len(ends) > 1:
		for _, v := range ends {
			m.escape(s, v)
		}
		return m.back(s, pi, nil)
	case kind == pipeFlush && s.isEnd(ends[0]) == readEnd:
		return m.back(s, pi, nil)
	case kind == pipeFlush, kind == pipeAll && s.isEnd(ends[0]) == writeEnd:
		kind = pipeSome
	case kind == pipeGive:
		failed := s.clone()
		m.escape(s, ends[0])
		return append(m.back(s, pi, []value{{kind: null}}), m.back(failed, pi, []value{{kind: notNull}})...)
	}
	args := ends
	if kind == pipeCopy && len(ends) == 1 {
		args = []value{ends[0], {}}
	}
	c := m.pipeCode(pipeStep{kind, s.isEnd(ends[0]), len(ends), second})
	if m.push(s, pi, value{kind: function, fn: c}, args) {
		return []*state{s}
	}
	return m.back(s, pi, nil)
}

type pipeStep struct {
	kind, end uint8
	ends      int
	second    bool // the error is the second result, as that of Read is
}

// pipeCode returns a function that makes a step at ends of pipes, its parameters. Its
// results are an error, and whether there was something.
func (g *Program) pipeCode(step pipeStep) *code {
	if c, ok := g.pipeCodes[step]; ok {
		return c
	}
	c := &code{params: 2, regs: 2, acts: true, gives: true, ready: true}
	g.pipeCodes[step] = c
	b := &builder{Program: g, c: c, cur: -1}
	channels := func(of int32) (out [2]operand) {
		for field := range out {
			part, ch := b.newReg(), b.newReg()
			b.emit(node{op: opField, dst: []int32{part}, args: []operand{{reg: of}}, n: int32(field)})
			b.emit(node{op: opLoad, dst: []int32{ch}, args: []operand{{reg: part}}, class: nothing})
			out[field] = operand{reg: ch}
		}
		return out
	}
	// once reads or writes; its second result is where to go on if the pipe is closed.
	once := func(of [2]operand, end uint8) (first, test int32) {
		chosen := b.newReg()
		first = b.emit(node{op: opSelect, block: true, n: int32(end), dst: []int32{chosen, -1}, cases: []commCase{
			{ch: of[0], send: end == writeEnd, dst: -1, val: operand{reg: -1}},
			{ch: of[1], dst: -1, val: operand{reg: -1}},
		}})
		test = b.emit(node{op: opCompare, tok: token.EQL, args: []operand{{reg: chosen}, {reg: -1, val: value{kind: integer}}}})
		b.cur = -1
		return first, test
	}
	returns := func(err, ok value) int32 {
		b.cur = -1
		if step.second {
			err, ok = value{}, err
		}
		return b.emit(node{op: opReturn, args: []operand{{reg: -1, val: err}, {reg: -1, val: ok}}})
	}
	lead := func(from int32, to ...int32) { c.nodes[from].succs = to }
	unclear, no, yes := value{}, value{kind: integer}, value{kind: integer, n: 1}

	to := channels(0)
	switch {
	case step.kind == pipeClose:
		b.emit(node{op: opClose, n: 1, args: []operand{to[1]}})
		b.emit(node{op: opReturn, args: []operand{{reg: -1, val: value{kind: null}}, {reg: -1}}})
	case step.kind == pipeSome:
		_, test := once(to, step.end)
		lead(test, returns(value{kind: null}, yes), returns(value{kind: notNull}, no))
	case step.kind == pipeAll:
		read, test := once(to, readEnd)
		lead(test, read, returns(unclear, no))
	case step.ends == 1:
		more := b.emit(node{})
		write, test := once(to, writeEnd)
		lead(more, write, returns(unclear, no))
		lead(test, more, returns(value{kind: notNull}, no))
	default:
		from := channels(1)
		read, another := once(from, readEnd)
		write, test := once(to, writeEnd)
		lead(another, write, returns(unclear, no))
		lead(test, read, returns(value{kind: notNull}, no))
	}
	return c
}
