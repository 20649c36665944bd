// Package residue finds memory that is kept for the rest of an array, which nobody
// needs.
//
// # The question
//
// To the collector an array is one: whoever has a part of it, or a slice with any
// bounds, has all. So a few bytes keep the file that they were cut from, a
// pointer to a field keeps the struct, and a slice that was taken from, emptied
// or filtered by setting its bounds keeps what is outside of them. What is
// kept that way, where, and does anything let go of it?
//
// # The abstraction
//
// A [Cut] is a store of a slice expression into the place that the slice comes
// from. Its bounds say its kind: at the front, at the back, all of it, or out of
// the middle, where the elements behind move down and their old slots stay as they
// are. Places are those of package effects: a field of anything but an object that
// the function itself makes and drops, an element of one, or what a parameter
// points to.
//
// A [Piece] is a small part of something large that is stored in such a place, or
// handed to a function that stores it. What it is cut from, and how much of
// that it is, effects says ([effects.Share]).
//
// # What excuses
//
// Of cuts:
//
//   - The elements keep little: numbers, strings, errors, types, pointers to what
//     has no pointers itself.
//   - The slots are emptied, here, in a function that is called here, or in one
//     that calls this one.
//   - The array goes: the function puts another one in its place.
//   - Nothing is ever put in: who walks over a list that somebody else made
//     keeps what that one keeps.
//   - The slots are used again at once, here or by all callers.
//   - What is taken is made where there is none: a list of spare parts, which come
//     back. Or what is cut off is handed on.
//   - The object that has the slice goes ([Passing]): its type is not exported, and no
//     function that makes one lets it out of sight. Or it goes to a pool, where what
//     it has is a matter of how it is put back.
//
// Of pieces:
//
//   - The whole is kept, too, in the same run of the function.
//   - So are more pieces of it, one after the other or in several places:
//     together they are most of it. A loop that picks a piece by what it is like
//     keeps few.
//   - The container that has it is replaced as a whole, or a copy takes its place at once.
//
// # May and must
//
// That something is cut or kept is must: a store that some path executes, of an
// expression that says what is left. What excuses is may: one place is enough.
//
// # What is given up
//
// A slice cut at a variable that is no result of a copy is a return to an earlier
// state, as in a parser that backs up; nothing says how much it gives up.
// Slices that go through a function of the program, or through a local struct,
// are not followed. A part that leaves the function is followed through two calls.
//
// What shows that the object stays which has the slice ([Cut].Stays) is coarse: a lock, a
// channel, a package variable, an interface for others. Before, nothing was asked but whether
// its end was in sight: of 61 cuts in code that nobody had read 23 were worth a fix, and most of the others were
// lists of one walk, query or file. The same asked of all that grows in fields would lose
// the queues and stacks that a package makes for others, which have no locks.
package residue
