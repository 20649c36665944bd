package subsliceleak

import (
	_ "embed"
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/residue"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "subsliceleak"

// Analyzer reports parts that keep the whole.
var Analyzer = account.Analyzer(name, doc, find)

var minBytes int64

func init() {
	Analyzer.Flags.Int64Var(&minBytes, "min-bytes", 64<<10, "size from which what a part keeps is large")
}

type checker struct {
	*evidence.Package
	leaks []*evidence.Leak
}

// find returns the parts and slots that keep more than they should.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p}
	passing := residue.NewPassing(p)
	cuts := residue.New(p, passing)
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) {
			continue
		}
		for _, cut := range cuts.Cuts(fn) {
			c.cut(cut)
		}
	}
	for _, piece := range residue.Pieces(p, passing, minBytes) {
		c.piece(piece)
	}
	return c.leaks
}

// add adds a leak if its place may run again. Leaks of one kind in what is declared at a
// place are told as one.
func (c *checker) add(at ssa.Instruction, l *finding.Leak, of token.Pos, needs evidence.Needs) {
	if !c.Repeatable(at) {
		return
	}
	leak := account.Leak(c.Package, l, at, needs)
	if of.IsValid() {
		leak.Subject = c.IR.Pass.Fset.Position(of).String()
	}
	c.leaks = append(c.leaks, leak)
}

// cuts are the categories and words of what a slice cut short leaves behind.
var cuts = map[residue.Kind]struct{ category, what string }{
	residue.Front:  {"queue-front", "element taken from the front stays in the array"},
	residue.Back:   {"popped-slot-kept", "popped slot keeps its pointer"},
	residue.All:    {"truncated-not-cleared", "truncated slots keep their pointers"},
	residue.Middle: {"cut-not-cleared", "slots cut off keep their pointers"},
}

// cut reports a slice cut short whose array keeps what was cut off.
func (c *checker) cut(cut *residue.Cut) {
	words := cuts[cut.Kind]
	l := &finding.Leak{Category: words.category, What: words.what, HeldBy: []string{retention.Slot{Ref: cut.Place}.Name()}}
	l.Pos, l.End = c.IR.Statement(cut.At)
	l.Fix = c.clears(cut, l.Pos)
	needs := account.Owes
	switch {
	case !cut.Stays:
		needs = evidence.Needs{Again: true, Of: []effects.Ref{cut.Owner()}, Keeper: true, Strict: true}
	case !cut.Slight && !cut.Open:
		needs = account.Piles // whoever calls it is in sight
	}
	needs.Slight = cut.Slight
	c.add(cut.At, l, cut.Whose(), needs)
}

// piece reports a part that keeps the whole.
func (c *checker) piece(piece residue.Piece) {
	l := &finding.Leak{Category: "small-of-large", What: "part keeps " + all(piece), HeldBy: []string{piece.Slot.Name()}}
	if piece.Inside {
		l.Category, l.What = "interior-pointer", "pointer to a part keeps "+all(piece)
	}
	l.Pos, l.End = c.IR.Statement(piece.At)
	l.Fix = c.clones(piece, l.Pos)
	if def, ok := piece.Of.(ssa.Instruction); ok {
		text := "the whole"
		if piece.Source != "" && piece.Source != "make" {
			text = "data of unbounded size from " + piece.Source
		}
		account.Note(c.Package, l, def, text)
	}
	if c.Repeatable(piece.For) {
		c.add(piece.At, l, token.NoPos, account.Owes)
	}
}

// all says how much of what is kept.
func all(piece residue.Piece) string {
	switch {
	case piece.Size.Bytes > 0:
		return "all " + piece.Size.String() + " of what it is of"
	case piece.Source == "make":
		return "all of the slice that it is of"
	}
	return "all that " + piece.Source + " returned"
}
