// Package slots finds slices that are cut short while their arrays keep what was
// cut off.
//
// # The question
//
// A slice that stays in a field or package variable is taken from, emptied or
// filtered by setting its bounds. The array behind it does not change: elements
// outside of the bounds are out of the program's reach, and within the
// collector's. Who cuts, what is cut off, and does anything let go of it?
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
// # What excuses
//
//   - The elements keep little: numbers, strings, errors, types, pointers to what
//     has no pointers itself.
//   - The slots are emptied, here, in a function that is called here, or in one
//     that calls this one; or code that is not known gets the slice.
//   - The array goes: the function puts another one in its place.
//   - Nothing is ever put in: who walks over a list that somebody else made
//     keeps what that one keeps.
//   - The slots are filled again at once, here or by all callers.
//   - The object that has the slice goes: its type is not exported, and no
//     function that makes one lets it out of sight.
//   - What is taken is made where there is none: a list of spare parts, which come
//     back.
//
// # May and must
//
// That a cut happens is must: a store that some path executes, of an expression
// that says what is left. What excuses is may: one place is enough.
//
// # What is given up
//
// A slice cut at a variable that is no result of a copy is a return to an earlier
// state, as in a parser that backs up; nothing says how much it gives up.
// Slices that go through a function of the program, or through a local struct,
// are not followed.
package slots
