package report

import (
	"go/token"
	"time"
)

// Evidence is what profiles of a running program measured at a place: of memory
// what was allocated there and is still in use, of goroutines those that were
// started or wait there.
type Evidence struct {
	// As of the last collection before the newest heap profile.
	Bytes, Objects int64
	Share          float64 // of the heap, between 0 and 1

	Goroutines int           // in the newest profile of goroutines
	Waited     time.Duration // the longest of them, in whole minutes; 0 if less or not known
	Leaked     int           // of which the collector says that nothing wakes them

	Trend *Trend // nil if fewer than three profiles tell of the place
	At    []Spot // where the profiles have it, the largest first
}

// A Spot is a place of today's source that a stack of a profile goes through.
type Spot struct {
	Pos  token.Position
	Func string // as the runtime names it
}

// A Verdict is how a series goes on.
type Verdict string

// Verdicts.
const (
	Unclear Verdict = "unclear" // too few profiles, or they say too different things
	Flat    Verdict = "flat"
	Steady  Verdict = "grows steadily"
	Steps   Verdict = "grows in steps"
)

// Grows reports whether there is more and more of it.
func (v Verdict) Grows() bool { return v == Steady || v == Steps }

// A Trend is how a place changes from profile to profile.
type Trend struct {
	Verdict Verdict
	PerHour float64  // the robust slope, in units per hour
	Unit    string   // "bytes" or "goroutines"
	Series  []Sample // what each profile says, the oldest first
}

// A Sample is a value at a time.
type Sample struct {
	Time  time.Time
	Value float64
}

// A Site is a place that profiles show and no finding tells of.
type Site struct {
	Pos      token.Position // the innermost line of the module on the stack
	Func     string         // the function there, as the runtime names it
	Stack    []string       // "function file:line", the innermost first
	Evidence Evidence
	Holder   string         // what most likely keeps it, such as "package variable sessions"; "" if not known
	HeldAt   token.Position // where it gets there; invalid if not known
}

// Measured is what profiles say besides what they say of findings.
type Measured struct {
	Profiles   []string // by name, in the order of their times
	Heap       []Sample // bytes in use of each heap profile, the oldest first
	Goroutines []Sample
	Growth     *Trend // of the heap as a whole; nil with fewer than three heap profiles
	Sites      []Site // those that grow or are large and have no finding, the largest first
	Elsewhere  int64  // bytes in use on stacks that go through no line of the module
}
