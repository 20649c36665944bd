package evidence

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
)

// A Verdict says what a leak is.
type Verdict uint8

const (
	Gone     Verdict = iota // every way was refused
	Latent                  // nothing in sight shows that it repeats
	Manifest                // a way shows all that it needs
)

// A Leak is something that is kept, and what it needs to be a leak.
type Leak struct {
	Analyzer string
	Category string
	What     string   // as in a finding
	HeldBy   []string // likewise
	Pos, End token.Pos

	At    ssa.Instruction // which keeps it
	Needs Needs
	// Subject names what keeps it, for leaks of which one is enough: those with the
	// same subject are told as one. It may be empty.
	Subject string
	// Abroad is what the leak is called where a function of another package is
	// called for it, if that is something else.
	Abroad *Words
	// Noun is what Many are, if not keys.
	Noun string
	// Quiet is set if it is nothing to tell of unless somebody shows that it
	// repeats.
	Quiet bool
	// Travels is set if it is a leak of the callers in other packages only.
	Travels bool
	// Tell is what the analyzer wants to know of the leak when it is judged.
	Tell any

	Verdict Verdict
	// Presumed are the functions of an API that everybody may call, if nothing else
	// shows that the leak is manifest, and those that lead to it besides. Where their
	// callers are in sight, these decide: the leak goes on to them as if it was latent.
	Presumed []*types.Func

	// OnlyBy are the functions, and fields of functions, by which alone other packages get to what owes something, if
	// nothing else runs it. If these are only called from once code, it is that, too.
	OnlyBy []Named

	Reason Reason  // what shows that it repeats, if it is manifest
	Source Source  // what shows that there are many, if that was asked
	Way    []Step  // from the reason to At, calls in between
	Origin *Origin // where it is kept, if that is in another package
	// Told is set if the package of the origin tells it itself: see Presumed.
	Told bool

	imported    *LatentLeak // what it was in the package of its origin
	many, stays []part      // for Needs of such
	travel      []travelling
}

// Words are what a leak is called.
type Words struct{ Analyzer, Category, What string }

// abroad returns what the leak is called in other packages.
func (l *Leak) abroad() Words {
	if l.Abroad != nil {
		return *l.Abroad
	}
	return Words{l.Analyzer, l.Category, l.What}
}

// Needs are what a leak needs, in terms of the function of the instruction
// that keeps it.
type Needs struct {
	Again bool          // it has to happen again and again
	Many  []ssa.Value   // one of these has to have many values; nil if none is asked for
	Stays []ssa.Value   // one of these has to stay; nil if what keeps it does
	Of    []effects.Ref // likewise, where what has to stay is no value of the function but a part of one
	// Adds is set if each call adds one more, whatever it is given: then a
	// function of an API is evidence by itself.
	Adds bool
	// Proof is set if it is not enough that everybody may call what makes an object
	// or is called.
	Proof bool
	// Data is set if what is added is data: a function that is given code is there
	// to plug that in.
	Data bool
	// Keeper is set if what stays is what leaks: then it has to be seen which object
	// that is, and that it is not made to hold what a loop brings.
	Keeper bool
	// Owed is set if the code itself shows that what is put in is meant to go: then
	// whatever nothing in sight refuses is presumed.
	Owed bool
	// Unless are functions that would end it, which the package does not call: it is a
	// leak where nobody does who can. That is for a driver to say which sees all of them.
	Unless []*types.Func
	// Least is the source from which on values count as many; the zero Source
	// means any that shows it.
	Least From
	// Strict is set if what code out of sight makes of a value counts as few.
	Strict bool
	// Slight is set if what is kept is not seen to be much: it is latent whatever repeats.
	Slight bool
	// Wire is set if a message that was decoded counts as few: who sends those has an
	// account, as a rule, and names what is there.
	Wire bool
	// Through is the call by which the function of the instruction is run, if
	// Many are values of the callee.
	Through ssa.CallInstruction
	// Path leads from Many to what has to have many values.
	Path string
}

// An Origin is where a leak is kept that was found in another package.
type Origin struct {
	Line token.Position // invalid if it is not known
	Pos  token.Pos      // on the line, or of a function around it; NoPos if neither is known
	Func string         // what keeps it there
	Key  string         // equal for equal origins
}

// A Reason is what shows that an instruction runs again and again.
type Reason struct {
	Kind Kind
	Pos  token.Pos       // of the loop, function or type
	Name string          // of the function or type
	Per  string          // Handler: what it is called once for
	of   *types.TypeName // Object

	presumed []*types.Func // see Leak
}

// A Kind of reason.
type Kind uint8

const (
	NoReason Kind = iota
	Loop          // a loop without a bound
	Handler       // called per request, message, event
	Object        // a method or maker of an object that comes and goes
	API           // other packages call it
	Uncalled      // nobody calls it yet
	Callback      // given to a subscription
)

// A Step is a call, or another way to run a function, between a reason and a leak.
type Step struct {
	At   ssa.Instruction
	Func *ssa.Function // the function that it runs
}
