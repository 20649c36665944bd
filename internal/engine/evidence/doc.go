// Package evidence decides whether what is kept is kept again and again.
//
// # The question
//
// A leak needs three things: something is kept, by something that stays, again
// and again. Whoever finds that something is kept (an analyzer) has proved the
// first in the code that keeps it. The other two are often not to be seen there:
// a function that puts a key into a map is a leak if a handler calls it with
// what clients send, and none if main calls it with three names. So the leak is
// latent until its callers, in this package or in others, supply what it needs.
//
// # The abstraction
//
// A [Leak] has [Needs] in terms of values of the function it stands in: that
// the function runs again, that one of some values has many values, that one of
// some values stays. The needs are judged in that function, and what is left is
// put in terms of its parameters and taken to the places from which it is run:
// calls, goroutines, function values that are called, methods called through an
// interface to which their type is converted here. There it is judged again.
// Each need is met, refused or passed on.
//
//   - Again is met by a loop without a bound, or that goes on until somebody stops it,
//     a handler (package convention), an object that comes and goes, what puts how to
//     end something into a map from which that is taken again, a function of the API
//     each call of which adds one more, and one that nobody calls yet. It is refused by
//     once code.
//   - Many is met by where values come from ([Source]): requests, connections,
//     what is read, received or decoded, counters, clocks, random numbers,
//     pointers to what is made anew. It is refused by constants and what else is
//     written in the program.
//   - Stays is met by package variables, the receiver of a handler, and what was
//     there before the loop or the object that repeats.
//
// If all are met on some way, the leak is manifest, and the way says why. If all
// ways are refused there is no leak. Else it is latent, and what it still needs
// of the parameters of functions that other packages can call is exported as a
// fact about these ([Latents]): there the call is what leaks.
//
// That everybody may call a function of the API, and that others make many of the
// objects for which it has a constructor, is presumed. A leak that rests on it alone
// names the functions ([Leak].Presumed), and goes on to callers as a latent one does.
// What these find of it is not told twice where both are packages of one module; a
// driver that sees both takes the leak for latent if others use one of the functions
// and none of them shows that it repeats.
//
// # May and must
//
// What is kept is must, by the analyzer that says so. Evidence is may: a way is
// one of the call graph that nothing in sight rules out, and one is enough.
// Names are no evidence, in either direction, but for conventions.
//
// # What is given up
//
// A way has at most eight calls, and a fact sixteen leaks. A value that an
// unknown function makes of others is taken to be as many as these. Where
// conversion to an interface and call through it are in different packages
// nothing is known. A callback given to unknown code runs who knows how often, but for what is
// subscribed to events with a function that says so by its name, types and other half.
//
// Before, each analyzer had its own idea of repetition, an exported function
// was taken to be called any number of times, and names told set-up from
// requests and keys that are few from those that are many. On code that nobody
// had read two of five findings were false for that, and of real leaks whose
// parts lie in several functions one in eight was found.
package evidence
