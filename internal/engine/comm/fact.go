package comm

import (
	"encoding/binary"
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/engine/effects"
)

// Analyzer exports what functions communicate as facts. Use [Of] to get at its result.
var Analyzer = &analysis.Analyzer{
	Name:       "memlintcomm",
	Doc:        "compute what functions communicate with goroutines",
	URL:        "https://pkg.go.dev/github.com/memlint/memlint",
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer},
	ResultType: reflect.TypeFor[*lazily](),
	FactTypes:  []analysis.Fact{new(Behaviour)},
}

type lazily struct{ get func() *Program }

// Of returns the communication of the package that pass is about. The analyzer of pass
// must require [Analyzer].
func Of(pass *analysis.Pass) *Program { return pass.ResultOf[Analyzer].(*lazily).get() }

func run(pass *analysis.Pass) (any, error) {
	get := sync.OnceValue(func() *Program { return newProgram(effects.Of(pass), pass) })
	if effects.Exports(pass) {
		get().export()
	}
	return &lazily{get}, nil
}

// Behaviour is what a function communicates: its code, and that of the functions which
// that calls, starts or makes closures of. It is a fact about the function's object.
type Behaviour struct {
	Codes []byte
}

// AFact marks Behaviour as a fact.
func (*Behaviour) AFact() {}

// String tells the size of the fact.
func (b *Behaviour) String() string { return fmt.Sprintf("behaviour(%d bytes)", len(b.Codes)) }

const (
	maxCodes = 12  // in a fact
	maxNodes = 100 // in all of them
)

// export exports the behaviour of the functions that other packages may call, where
// it is more than what each function does.
func (g *Program) export() {
	for _, fn := range g.p.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || fn.Parent() != nil || !g.talks(fn) {
			continue
		}
		c := g.code(fn)
		if !c.acts {
			continue
		}
		w := writer{index: map[*code]int{c: 0}, codes: []*code{c}}
		if w.collect() {
			g.pass.ExportObjectFact(obj, &Behaviour{Codes: w.write()})
		}
	}
}

// A writer writes codes.
type writer struct {
	codes []*code
	index map[*code]int
	out   []byte
}

// collect finds the codes that the first one needs. It reports false if they are too
// many or do not communicate.
func (w *writer) collect() bool {
	nodes, talks := 0, false
	add := func(c *code) {
		if _, ok := w.index[c]; !ok && c != nil {
			w.index[c] = len(w.codes)
			w.codes = append(w.codes, c)
		}
	}
	for i := 0; i < len(w.codes); i++ {
		nodes += len(w.codes[i].nodes)
		if nodes > maxNodes || len(w.codes) > maxCodes {
			return false
		}
		talks = talks || !slices.ContainsFunc(w.codes[i].nodes, func(n node) bool { return n.op == opReturn })
		for _, n := range w.codes[i].nodes {
			switch n.op {
			case opSpin, opMake, opSend, opRecv, opSelect, opClose, opGo, opGroup, opWait, opContext, opDone:
				talks = true
			}
			add(n.fn)
			for _, o := range n.args {
				if o.reg < 0 {
					add(o.val.fn)
				}
			}
		}
	}
	return talks
}

func (w *writer) write() []byte {
	w.int(len(w.codes))
	for _, c := range w.codes {
		w.code(c)
	}
	return w.out
}

func (w *writer) int(n int)   { w.out = binary.AppendVarint(w.out, int64(n)) }
func (w *writer) bool(b bool) { w.out = append(w.out, map[bool]byte{true: 1}[b]) }

func (w *writer) fn(c *code) {
	if c == nil {
		w.int(-1)
	} else {
		w.int(w.index[c])
	}
}

func (w *writer) operand(o operand) {
	w.int(int(o.reg))
	if o.reg < 0 {
		w.int(int(o.val.kind))
		w.int(int(o.val.n))
		w.fn(o.val.fn)
	}
}

func (w *writer) code(c *code) {
	w.int(int(c.params))
	w.int(int(c.regs))
	w.bool(c.acts)
	w.bool(c.gives)
	w.int(len(c.nodes))
	for _, n := range c.nodes {
		w.int(int(n.op))
		w.int(int(n.n))
		w.int(int(n.tok))
		w.int(int(n.class))
		w.fn(n.fn)
		w.bool(n.block)
		w.bool(n.ticks)
		w.bool(n.slow)
		w.bool(n.runs)
		w.int(len(n.dst))
		for _, d := range n.dst {
			w.int(int(d))
		}
		w.int(len(n.args))
		for _, o := range n.args {
			w.operand(o)
		}
		w.int(len(n.cases))
		for _, k := range n.cases {
			w.operand(k.ch)
			w.operand(k.val)
			w.bool(k.send)
			w.int(int(k.dst))
			w.int(int(k.class))
		}
		w.int(len(n.succs))
		for _, s := range n.succs {
			w.int(int(s))
		}
	}
}

// A reader reads what a writer wrote.
type reader struct {
	in    []byte
	codes []*code
}

func (r *reader) int() int {
	n, size := binary.Varint(r.in)
	r.in = r.in[max(size, 0):]
	return int(n)
}

func (r *reader) bool() bool { return r.int() != 0 }

func (r *reader) fn() *code {
	if i := r.int(); i >= 0 {
		return r.codes[i]
	}
	return nil
}

func (r *reader) operand() operand {
	o := operand{reg: int32(r.int())}
	if o.reg < 0 {
		o.val = value{kind: kind(r.int()), n: int32(r.int()), fn: r.fn()}
	}
	return o
}

// read returns the code that a fact is about.
func (r *reader) read() *code {
	r.codes = make([]*code, r.int())
	for i := range r.codes {
		r.codes[i] = new(code)
	}
	for _, c := range r.codes {
		c.params, c.regs, c.acts, c.gives = int32(r.int()), int32(r.int()), r.bool(), r.bool()
		c.nodes = make([]node, r.int())
		for i := range c.nodes {
			n := &c.nodes[i]
			n.op, n.n, n.tok, n.class = op(r.int()), int32(r.int()), token.Token(r.int()), class(r.int())
			n.fn, n.block, n.ticks, n.slow, n.runs = r.fn(), r.bool(), r.bool(), r.bool(), r.bool()
			n.dst = make([]int32, r.int())
			for k := range n.dst {
				n.dst[k] = int32(r.int())
			}
			n.args = make([]operand, r.int())
			for k := range n.args {
				n.args[k] = r.operand()
			}
			n.cases = make([]commCase, r.int())
			for k := range n.cases {
				n.cases[k] = commCase{ch: r.operand(), val: r.operand(), send: r.bool(), dst: int32(r.int()), class: class(r.int())}
			}
			n.succs = make([]int32, r.int())
			for k := range n.succs {
				n.succs[k] = int32(r.int())
			}
		}
		c.ready = true
	}
	return r.codes[0]
}

// foreign returns what a function of another package communicates, or nil if that
// is not known.
func (g *Program) foreign(fn *types.Func) *code {
	if c, ok := g.imported[fn]; ok {
		return c
	}
	var c *code
	if fact := new(Behaviour); fn.Pkg() != nil && fn.Pkg() != g.pass.Pkg && g.pass.ImportObjectFact(fn, fact) {
		r := reader{in: slices.Clone(fact.Codes)}
		c = r.read()
		c.abroad = true
	}
	g.imported[fn] = c
	return c
}
