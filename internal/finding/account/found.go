package account

import (
	"go/version"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/finding"
)

// What a leak needs to be one: if the code itself shows that something is owed it is one
// wherever it may run again, else there must be evidence that it does.
var (
	Owes  = evidence.Needs{}
	Piles = evidence.Needs{Again: true, Adds: true}
)

// Found returns what a finding at an instruction says.
func Found(p *evidence.Package, at ssa.Instruction, category, what string) *finding.Leak {
	l := &finding.Leak{Category: category, What: what}
	l.Pos, l.End = p.IR.Range(at)
	return l
}

// Note adds another place to a finding, if there is one.
func Note(p *evidence.Package, l *finding.Leak, at ssa.Instruction, text string) {
	if at != nil {
		pos, end := p.IR.Range(at)
		l.Notes = append(l.Notes, finding.Note{Pos: pos, End: end, Text: text})
	}
}

// Leak returns a finding as a leak that is to be judged, kept at an instruction.
func Leak(p *evidence.Package, l *finding.Leak, at ssa.Instruction, needs evidence.Needs) *evidence.Leak {
	return &evidence.Leak{
		Category: l.Category, What: l.What, HeldBy: l.HeldBy, Pos: l.Pos, End: l.End,
		At: at, Needs: needs, Tell: l, Subject: p.IR.Pass.Fset.Position(l.Pos).String(),
	}
}

// Weakly says, of a container whose keys are pointers to objects, how their keys can let
// go of these. Package weak came with Go 1.24.
func Weakly(p *evidence.Package, l *finding.Leak) {
	if version.Compare(p.IR.Pass.Pkg.GoVersion(), "go1.24") >= 0 {
		l.Notes = append(l.Notes, finding.Note{Pos: l.Pos, End: l.End, Text: "keeps the objects that are its keys; weak.Pointer keys with runtime.AddCleanup do not"})
	}
}
