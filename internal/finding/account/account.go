// Package account puts into words why a leak is one: what shows that it happens
// again and again, by which calls, and where its many keys come from. All
// analyzers whose leaks package evidence judges tell them by it.
package account

import (
	"cmp"
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/finding"
)

// A class of leaks is told before the next one: what is proved before what is
// presumed, that before what another package tells, and latent leaks last.
type class struct {
	verdict  evidence.Verdict
	presumed bool
	told     bool
}

var classes = []class{
	{verdict: evidence.Manifest},
	{verdict: evidence.Manifest, presumed: true},
	{verdict: evidence.Manifest, told: true},
	{verdict: evidence.Manifest, presumed: true, told: true},
	{verdict: evidence.Latent},
}

func classOf(l *evidence.Leak) class {
	if l.Verdict == evidence.Latent {
		return class{verdict: evidence.Latent}
	}
	return class{l.Verdict, l.Presumed != nil, l.Told}
}

// Report reports the leaks of an analyzer: those that are manifest, and those
// that are latent as such. Of leaks with one subject, and of those that calls of
// this package bring from one place of another, the first is told, with the
// others as notes. describe says what the analyzer knows of a leak that was
// found in this package.
func Report(p *evidence.Package, r *finding.Reporter, analyzer string, describe func(*evidence.Leak) finding.Leak) {
	type group struct {
		leak  finding.Leak
		class class
	}
	var order []string
	groups := make(map[string]*group)
	leaks := p.Leaks(analyzer)
	p.Silenced(analyzer, func(pos token.Pos, category string) { r.Shown(pos, category) }) // a directive that is of use elsewhere
	for _, class := range classes {
		latent := class.verdict == evidence.Latent
		for _, l := range leaks {
			if classOf(l) != class || l.Origin != nil && latent {
				continue // latent where it is kept
			}
			key := l.Subject
			if l.Origin != nil {
				key = l.Origin.Key
			}
			if have := groups[l.Category+key]; key != "" && have != nil {
				if have.class.verdict == class.verdict && have.class.told == class.told {
					have.leak.Notes = append(have.leak.Notes, finding.Note{Pos: l.Pos, End: l.End, Text: "here, too"})
				}
				continue
			}
			g := &group{tell(p, l, describe), class}
			if key == "" {
				key = r.Key(g.leak)
			}
			groups[l.Category+key] = g
			order = append(order, l.Category+key)
		}
	}
	for _, key := range order {
		if g := groups[key]; g.class.verdict == evidence.Latent {
			r.AddLatent(g.leak)
		} else {
			r.Add(g.leak)
		}
	}
	r.Use(uses(p))
}

func tell(p *evidence.Package, l *evidence.Leak, describe func(*evidence.Leak) finding.Leak) finding.Leak {
	var leak finding.Leak
	if l.Origin != nil {
		leak = finding.Leak{Pos: l.Pos, End: l.End, Category: l.Category, What: l.What, HeldBy: l.HeldBy, Origin: l.Origin.Line}
		leak.Notes = append(leak.Notes, finding.Note{Pos: l.Origin.Pos, Text: "kept here by " + l.Origin.Func})
	} else {
		leak = describe(l)
	}
	if l.Verdict == evidence.Manifest {
		leak.Notes = append(leak.Notes, Why(p, l)...)
		leak.Told = l.Told
		leak.Presumed, leak.OnlyBy = fullNames(l.Presumed), fullNames(l.OnlyBy)
		leak.Unless = fullNames(l.Needs.Unless)
	}
	return leak
}

func fullNames[N evidence.Named](fns []N) (names []string) {
	for _, fn := range fns {
		names = append(names, fn.FullName())
	}
	return names
}

func uses(p *evidence.Package) (uses []finding.Use) {
	for _, use := range p.Abroad() {
		uses = append(uses, finding.Use{Func: use.Func.FullName(), By: fullNames(use.By), Again: use.Again, Test: use.Test})
	}
	return uses
}

// froms name what shows that there are many keys.
var froms = map[evidence.From]string{
	evidence.Entry:   "an entry that comes and goes",
	evidence.Pointer: "a pointer to what is made anew",
	evidence.Random:  "a random value",
	evidence.Clock:   "the clock",
	evidence.Counter: "a counter",
	evidence.Input:   "what was read or received",
	evidence.Conn:    "the connection",
	evidence.Request: "the request",
}

// Why returns the places that show that a leak is manifest, from what repeats to
// what is kept.
func Why(p *evidence.Package, l *evidence.Leak) []finding.Note {
	var notes []finding.Note
	if text := reason(l.Reason); text != "" {
		notes = append(notes, finding.Note{Pos: l.Reason.Pos, Text: text})
	}
	for _, step := range l.Way {
		if step.At == l.At {
			continue
		}
		pos, end := p.IR.Range(step.At)
		notes = append(notes, finding.Note{Pos: pos, End: end, Text: "goes on to " + name(step.Func) + " here"})
	}
	if from := froms[l.Source.From]; from != "" {
		if pos := position(l.Source.Value); pos.IsValid() {
			notes = append(notes, finding.Note{Pos: pos, Text: cmp.Or(l.Noun, "key") + " comes from " + from})
		}
	}
	return notes
}

// position returns where a value is, or what it is a part of.
func position(v ssa.Value) token.Pos {
	for v != nil && !v.Pos().IsValid() {
		switch part := v.(type) {
		case *ssa.Extract:
			v = part.Tuple
		case *ssa.Next:
			v = part.Iter
		case *ssa.Range:
			v = part.X
		case *ssa.UnOp:
			v = part.X
		case *ssa.Slice:
			v = part.X
		default:
			return token.NoPos
		}
	}
	if v == nil {
		return token.NoPos
	}
	return v.Pos()
}

func reason(r evidence.Reason) string {
	switch r.Kind {
	case evidence.Loop:
		return "each round of this loop gets here"
	case evidence.Handler:
		return "each " + r.Per + " gets here"
	case evidence.Object:
		return "each " + r.Name + " gets here, and they come and go"
	case evidence.API:
		return "each call of " + r.Name + " gets here"
	case evidence.Uncalled:
		return "nothing calls " + r.Name + " yet; each call would get here"
	case evidence.Callback:
		return "each event gets here"
	}
	return ""
}

func name(fn *ssa.Function) string {
	if fn.Parent() != nil {
		return "the function literal"
	}
	return fn.Name()
}
