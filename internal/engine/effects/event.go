package effects

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
)

// A Kind says what happens to a ref.
type Kind uint8

const (
	_       Kind = iota
	Method       // a method of it is called (Name); also through an interface
	Call         // it is a function and is called
	Arg          // it is an argument of a call of Name
	Escape       // code that is not known gets it and may keep it
	Store        // it is stored: To, or Holder, says where
	Send         // it is sent on a channel
	Recv         // it is a channel and is received from
	Wait         // it is a channel and is received from in a loop that never ends
	Return       // it is a result of the function (Index)
	Close        // it is a channel and is closed
	Grow         // it is a container and gets an element
	Shrink       // it is a container and loses elements
	Replace      // it is a variable and gets a value that does not come from its old one
	Lazy         // it is a variable and gets a value when it has none
	Fill         // it is a result that holds data of unbounded size
	Drain        // it is a reader and is read to its end into memory
	Part         // a result (Index) is a part of it: a small one, or nearly all
)

var kindNames = [...]string{
	Method: "method", Call: "call", Arg: "arg", Escape: "escape", Store: "store", Send: "send", Recv: "recv",
	Wait: "wait", Return: "return", Close: "close", Grow: "grow", Shrink: "shrink", Replace: "replace", Lazy: "lazy", Fill: "fill",
	Drain: "drain", Part: "part",
}

func (k Kind) String() string { return kindNames[k] }

// A Mode says when an instruction's call runs.
type Mode uint8

const (
	Now      Mode = iota // at the instruction
	Deferred             // when the function returns
	Spawned              // on a goroutine of its own
)

// An Event is something that happens to Ref.
type Event struct {
	Ref Ref
	// Via is set when what the event names is a local object that holds Ref.
	Via bool
	*Happening
}

// A Happening is what happens at Instr, to one ref or more. There are many
// events, so those that differ in nothing but their refs share it.
type Happening struct {
	Kind  Kind
	Mode  Mode
	Instr ssa.Instruction

	Name    string      // Method, Arg: the function's name; Fill: where from, "" if it is itself; Part: how much, "" if it is little
	Callee  *types.Func // Method, Arg: what is called, if it is known
	Index   int         // Arg: the parameter (receiver first); Return, Part: the result; Recv, Wait: the case of a select, or -1
	To      Ref         // Store: the variable; the zero Ref if Holder says it
	Holder  string      // Store: a part of the runtime that keeps it
	Key     ssa.Value   // Grow of a map: the key, if this function has it
	KeyPath string      // from Key to the part that the key is made from
	Memo    bool        // Call: see Op
	// Gives is set of a Method or Arg that may give back what it is about: by convention, or
	// because it is called for nothing else, and what it does is not in sight.
	Gives bool
	// Origin is the statement of this package at which it happens when Instr
	// is a call of the function around it, else Instr itself.
	Origin ssa.Instruction
}

// Ends reports whether an event is the call of a method that ends the life of what it is about,
// by convention; also in a function that is called.
func (e *Happening) Ends() bool {
	if e.Kind != Method || e.Callee != nil {
		return e.Kind == Method && convention.Ends(e.Callee)
	}
	return convention.IsTeardownName(e.Name)
}

// Func returns the function or literal in which the event happens.
func (e *Event) Func() *ssa.Function { return e.Instr.Parent() }

// Through reports whether an event of a channel is about what goes through it, or a part of that.
func (e *Event) Through() bool {
	if _, made := e.Ref.Root.(*ssa.MakeChan); made {
		return e.Ref.Path != nil
	}
	return e.Ref.Path.IsElem()
}
