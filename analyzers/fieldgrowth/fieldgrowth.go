package fieldgrowth

import (
	_ "embed"

	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/growth"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "fieldgrowth"

// Analyzer reports containers in fields of long-lived objects that only grow.
var Analyzer = account.Analyzer(name, doc, find)

// flaws say what is wrong, and what the note at the witness says.
var flaws = map[growth.Flaw]struct{ category, what, witness string }{
	growth.NeverCalls: {"remove-never-called", "entry is never taken out: nobody calls the method that does", "would take it out"},
	growth.OtherKey:   {"key-mismatch", "entry is never taken out: the delete is under another key", "deletes under another key"},
	growth.Rollback:   {"delete-on-rollback-only", "entry is taken out only where the rest failed", "takes out here only"},
	growth.WhenRead:   {"expires-when-read", "entry that has expired stays until its key is read again", "takes out here only"},
	growth.Sibling:    {"sibling-not-deleted", "entry stays when its key is deleted beside it", "deletes the key from the other one"},
	growth.Beside:     {"sibling-not-deleted", "entry stays when what it leads to is taken out beside it", "takes it out of the other one"},
	growth.EmptyInner: {"empty-inner-kept", "key stays when what it leads to has been emptied", "empties here"},
	growth.Dead:       {"only-grows", "entry stays when what it leads to has been ended", "ends it and keeps it"},
	growth.Failed:     {"kept-on-failure", "entry stays where the function fails that has put it in", "returns and leaves it"},
	growth.NotReset:   {"ranged-not-reset", "list keeps what an earlier start has added", "ends its elements and keeps them"},
}

var sorts = map[growth.Sort]string{
	growth.Map:    "map gets keys and never loses any",
	growth.Slice:  "slice grows and is never cut",
	growth.Chan:   "channel is sent to and never received from",
	growth.Labels: "metric gets ever new labels",
	growth.Chain:  "value wraps the one before, again and again",
	growth.Other:  "container grows and never shrinks",
}

// find returns the ways in of containers in fields that nothing takes out of.
func find(p *evidence.Package) []*evidence.Leak {
	var leaks []*evidence.Leak
	for _, g := range growth.Fields(p) {
		category, what := "only-grows", sorts[g.Sort]
		if f, ok := flaws[g.Flaw]; ok {
			category, what = f.category, f.what
		}
		switch {
		case g.Sort == growth.Chain:
			category = "chain-grows"
		case g.Sort == growth.Labels && g.Flaw == growth.Sibling:
			category, what = "labels-not-deleted", "labels stay when they are deleted of the metric beside"
		}
		add(p, &leaks, g, category, what)
	}
	return leaks
}

func add(p *evidence.Package, leaks *[]*evidence.Leak, g growth.FieldGrowth, category, what string) {
	l := account.Found(p, g.Instr, category, what)
	l.Pos, l.End = p.IR.Statement(g.Instr)
	l.HeldBy = []string{held(g)}
	account.Note(p, l, g.Witness, flaws[g.Flaw].witness)
	if g.Objects && g.Flaw == growth.NoWayOut {
		account.Weakly(p, l)
	}
	leak := account.Leak(p, l, g.Instr, g.Needs)
	leak.Subject = held(g) + "/" + category
	if g.Sort == growth.Labels {
		leak.Noun = "label"
	}
	*leaks = append(*leaks, leak)
}

// held returns the name of the field that keeps what grows.
func held(g growth.FieldGrowth) string {
	if g.Field == nil {
		return "variable " + g.Variable
	}
	if g.Owner == "" {
		return g.Field.Name()
	}
	return g.Owner + "." + g.Field.Name()
}
