package ir

import "math"

// A Property of functions, or of other things, is one that depends on which
// others have it. It holds unless something speaks against it: functions that
// only call each other have it if nothing in them is against it. Who is asked
// for first makes no difference (the greatest fixed point).
type Property[K comparable] struct {
	holds    func(k K) bool
	verdicts map[K]verdict
	open     int // asked for and not decided, one in the course of another
	assumed  int // the first of these that the present answer depends on
	pending  []K // hold if what they depend on does, in order of the answers
}

type verdict struct {
	state state
	on    int // open: the place among those that are; pending: the first it depends on
}

type state uint8

const (
	unknown state = iota
	open
	pending
	yes
	no
)

const nothing = math.MaxInt // no assumption

// NewProperty returns the property that holds describes, which asks Of about
// others. Where one more of them has the property, holds must not say no instead
// of yes.
func NewProperty[K comparable](holds func(k K) bool) *Property[K] {
	return &Property[K]{holds: holds, verdicts: make(map[K]verdict), assumed: nothing}
}

// Of reports whether k has the property.
func (p *Property[K]) Of(k K) bool {
	switch v := p.verdicts[k]; v.state {
	case yes, no:
		return v.state == yes
	case open, pending:
		p.assumed = min(p.assumed, v.on)
		return true
	}
	at, asker, first := p.open, p.assumed, len(p.pending)
	p.open++
	p.assumed = nothing
	p.verdicts[k] = verdict{open, at}
	holds := p.holds(k)
	on := p.assumed
	p.open--
	p.assumed = asker
	switch {
	case !holds:
		// What was said meanwhile may have been said for k's sake.
		p.verdicts[k] = verdict{state: no}
		for _, other := range p.pending[first:] {
			delete(p.verdicts, other)
		}
		p.pending = p.pending[:first]
	case on < at:
		p.verdicts[k] = verdict{pending, on}
		p.pending = append(p.pending, k)
		p.assumed = min(asker, on)
	default:
		p.verdicts[k] = verdict{state: yes}
		for _, other := range p.pending[first:] {
			p.verdicts[other] = verdict{state: yes}
		}
		p.pending = p.pending[:first]
	}
	return holds
}
