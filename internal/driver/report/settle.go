package report

import (
	"slices"
	"strings"
)

// A Use says how a package uses a function of another one.
type Use struct {
	Func  string   // full name
	By    []string // full names of functions that alone run it, as often as they are run; none if only once code does
	Again bool     // something else runs it, or may, any number of times
	Test  bool     // only tests do, which end
}

// Settle decides on findings of which the callers in other packages know more than their
// own. It may change findings.
//
// Findings may be presumed, since functions that everybody
// may call leak with each call. Where packages of the run use one of these, they
// show what it is used for: unless the leak was found again at one of their calls,
// it is latent. What was found there is told by the finding that it confirms.
//
// What owes something is a leak but in once code. If all calls of the functions that
// lead there are in sight and are once code, it is latent.
//
// What a function of its package would end is a leak if none of the run uses that, and if
// seen says that all are in the run that may.
func Settle(findings []Finding, uses []Use, seen func(Finding) bool) []Finding {
	inUse := make(map[string]bool)
	for _, use := range uses {
		inUse[use.Func] = inUse[use.Func] || !use.Test
	}
	once := onceCode(uses)
	for i := range findings {
		if f := &findings[i]; len(f.OnlyBy) > 0 && !slices.ContainsFunc(f.OnlyBy, func(fn string) bool { return !once(fn) }) {
			f.makeLatent()
		}
	}
	confirmed := make(map[line]Finding) // by where it is kept
	isUsed := func(fn string) bool { return inUse[fn] }
	for _, f := range findings {
		at := line{f.Origin.Filename, f.Origin.Line, ""}
		if _, ok := confirmed[at]; f.Told && f.Origin.IsValid() && !ok && !slices.ContainsFunc(f.Presumed, isUsed) {
			confirmed[at] = f
		}
	}
	for i := range findings {
		f := &findings[i]
		if !slices.ContainsFunc(f.Presumed, isUsed) {
			continue
		}
		from := f.Origin
		if !from.IsValid() {
			from = f.Pos
		}
		if by, ok := confirmed[line{from.Filename, from.Line, ""}]; ok {
			f.Related = append(slices.Clip(f.Related), Related{by.Pos, by.End, "called again and again here"})
			continue
		}
		f.makeLatent()
	}
	return slices.DeleteFunc(findings, func(f Finding) bool {
		return f.Told || f.Unless != nil && (slices.ContainsFunc(f.Unless, isUsed) || !seen(f))
	})
}

func (f *Finding) makeLatent() {
	if f.Latent {
		return
	}
	tail := f.Tail()
	f.Latent, f.Fixes = true, nil
	f.Message = strings.TrimSuffix(f.Message, tail) + f.Tail()
}

// onceCode returns a function that reports whether all that runs a function is in sight
// and runs once. A function that only calls itself adds nothing to that.
func onceCode(uses []Use) func(fn string) bool {
	of := make(map[string][]Use)
	for _, use := range uses {
		of[use.Func] = append(of[use.Func], use)
	}
	again := make(map[string]bool)
	runBy := make(map[string][]string) // functions that a function runs
	var work []string
	add := func(fn string) {
		if !again[fn] {
			again[fn] = true
			work = append(work, fn)
		}
	}
	for _, use := range uses {
		if use.Again {
			add(use.Func)
		}
		for _, by := range use.By {
			runBy[by] = append(runBy[by], use.Func)
			if of[by] == nil {
				add(by) // who calls it is out of sight
			}
		}
	}
	for len(work) > 0 {
		fn := work[len(work)-1]
		work = work[:len(work)-1]
		for _, callee := range runBy[fn] {
			add(callee)
		}
	}
	return func(fn string) bool { return of[fn] != nil && !again[fn] }
}
