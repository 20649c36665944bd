// Package profile reads what a Go program tells of its memory at run time: heap
// profiles, profiles of goroutines, and the profile of leaked goroutines of Go
// 1.26.
//
// The question it answers is: which places of the code were how much of it, and
// when? A place is a stack, as the runtime writes it; which line of today's source
// that is, is for others to say.
package profile

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Kind is what a profile is about.
type Kind int

const (
	Heap       Kind = iota + 1 // what is in use
	Goroutines                 // all that there are
	Leaked                     // those that nothing can wake any more, by the collector of Go 1.26
)

// A Profile is what a program was at one time.
type Profile struct {
	Name  string // the file or URL that it comes from
	Kind  Kind
	Time  time.Time // when it was taken; zero if nothing says it
	Sites []Site    // each stack once, the largest first, then by stack; at most MaxSites

	// Sums of all that the profile has, also of what is beyond MaxSites or has no stack.
	Bytes, Objects int64
	Goroutines     int

	// Of heap profiles: how many bytes are allocated, on average, from one sample of the
	// runtime to the next. What a profile says of less is chance.
	Rate int64

	// Of heap profiles: bytes allocated since the program began, in use or not; 0
	// if the profile does not say. It never becomes less while a program runs.
	Allocated int64
}

// A Site is all that has one stack.
type Site struct {
	Stack []*Frame // the innermost first, at least one; equal frames of a profile are one

	// Of heap profiles: what was allocated there and is in use, as of the last
	// collection before the profile, scaled from the samples of the runtime.
	Bytes, Objects int64

	// Of the others. State and Waited are known from texts (debug=2) only.
	Goroutines int
	Leaked     int           // of which the collector says that nothing wakes them: all, if Kind is Leaked
	State      string        // what the longest waiting does, such as "chan receive"
	Waited     time.Duration // the longest of them, in whole minutes; 0 if less or not known
}

// MaxSites is how many sites a profile keeps, of all that it has the largest. As the
// runtime samples one allocation in 512 KB, smaller ones only exist in heaps above
// 16 GB, and together they are little of them.
const MaxSites = 1 << 15

// A Frame is a call on a stack.
type Frame struct {
	Func    string // as the runtime names it: "example.com/a.(*List[...]).Add.func1"; an address if nothing names it
	File    string // as it was compiled: another machine's path, or "example.com/a/list.go"
	Line    int
	Start   int  // the line on which the function begins; 0 if the profile does not say
	Created bool // no call, but the go statement that made the goroutine
}

// Sort brings profiles into the order of their times, then of their names. Those
// without a time come first.
func Sort(profiles []*Profile) {
	slices.SortStableFunc(profiles, func(a, b *Profile) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Name, b.Name))
	})
}

// order sorts the sites of a profile and keeps the largest.
func (p *Profile) order() {
	slices.SortFunc(p.Sites, func(a, b Site) int {
		return cmp.Or(
			cmp.Compare(b.Bytes, a.Bytes),
			cmp.Compare(b.Objects, a.Objects),
			cmp.Compare(b.Goroutines, a.Goroutines),
			slices.CompareFunc(a.Stack, b.Stack, compareFrames),
		)
	})
	if len(p.Sites) > MaxSites {
		p.Sites = slices.Clone(p.Sites[:MaxSites])
	}
}

func compareFrames(a, b *Frame) int {
	if a == b {
		return 0
	}
	created := func(f *Frame) int {
		if f.Created {
			return 1
		}
		return 0
	}
	return cmp.Or(
		strings.Compare(a.Func, b.Func),
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Start, b.Start),
		cmp.Compare(created(a), created(b)),
	)
}
