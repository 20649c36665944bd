// Package globalgrowth defines an analyzer that reports containers in
// package-level variables that only grow.
//
// # Analyzer globalgrowth
//
// globalgrowth: report package-level containers that only grow
//
// What a package-level variable refers to lives as long as the process. A map
// that gets a key per request, session or path, and from which nothing ever
// deletes, grows until the process is killed.
//
//	var seen = map[string]time.Time{}
//
//	func Touch(id string) {
//		seen[id] = time.Now() // one entry per id, for ever
//	}
//
//	func Serve(w http.ResponseWriter, r *http.Request) {
//		Touch(r.FormValue("id"))
//	}
//
// The container may be the variable itself, a field of the struct that it
// holds or points to, or an element; it may grow through a local alias or a
// method of the package. The finding stands at the first statement that grows
// it or, if only a caller in another package shows that it is a leak, at that
// call.
//
// # What shows that it is a leak
//
// Growth is a leak if it happens again and again, and if the keys of a map are
// many. Both have to be seen in the code, there or in what calls it, through any
// number of functions and packages of the module. The finding tells the way.
//
// Again and again is what a loop without a bound does (endless, over a channel, a
// scanner, connections, rows, until a time has passed, a thousand rounds or more; a
// list in memory is a bound), what handlers do (net/http and frameworks, gRPC,
// net/rpc, Reconcile, messages of queues, by their types), methods and constructors
// of objects that come and go, and a function that nobody calls yet. So does an
// exported function of a package that others can import, if each call adds one
// more, whatever it is given, unless the package reads the list to do its work: goes
// through data in it, or looks for the element or function that answers a question.
// Where memlint sees the whole module, and other packages of it call the function,
// these decide.
//
// Many keys are those that come from requests, connections, what is read, received
// or decoded, counters, the clock, random numbers, pointers to what is made anew,
// and those under which a container has things that come and go: also a field of a struct
// whose values are such keys elsewhere in the package, or of a defined type of which the package
// takes keys out of two maps in fields or more; and objects that have an end. What is appended
// unless slices.Contains finds it has keys, too: itself. Few are numbers of 16 bits,
// and the own addresses of listeners and connections.
//
// What nothing shows is latent: reported with -latent, and in the package that
// calls it if that shows it. Names of functions, types, variables and keys show
// nothing.
//
// # What is silent
//
// Code that runs once per process: init, main, the body of a package-level
// sync.Once, commands of command-line libraries, and what only these call. Growth
// that happens once per container: under a flag, or after it was found to be nil or
// empty. Test files, and packages that import package testing. A container that the type of the
// variable, or of all that is stored in it, cannot have: values in one list are not told apart.
//
// Growth with a bound: constant keys, keys of a small type, of a type for which the
// package declares constants, remainders, elements of a fixed list, keys that are
// present already, types of the program, numbers that were found to be less than a small
// constant, a length or a setting of another package; and growth that a check of the
// length decides.
//
// Containers from which something takes out what is put in, and those that code
// which is not in sight gets hold of: returned, stored elsewhere, given to unknown
// functions. A delete under the same key on only some of the ways out of the
// function that inserts does not count, unless no path has both, as in the cases of
// a switch; nor does one under another field of the object. Of a map of maps whose
// inner maps are emptied only outer keys that come from outside count.
//
// Functions and values with methods that a function is given to keep, which is what
// it is for, channel sends inside a select, and values of types of other packages
// that a call made: its constructor may have kept them. Functions, channels and
// listeners that are kept in fields of a package-level value are listenerleak's.
// Lists in the objects of a map are not followed.
//
// # map-only-grows
//
// A map gets new keys in repeatable code, and nothing in the package ever
// deletes or replaces it. Delete the key when its owner ends, or bound the map. Keys
// that are pointers to objects keep these, too; weak.Pointer keys do not: see
// "Metadata by object" of fieldgrowth.
//
// # slice-only-grows
//
// A slice is appended to in repeatable code and never cut or replaced.
//
// # container-only-grows
//
// The same for sync.Map, container/list, container/heap, bytes.Buffer,
// strings.Builder, and types of the module whose methods are known to grow and
// to shrink them. What is known as something to write to, and by no more, is none:
// most writers are files. Also for metrics of Prometheus, and of types that have its
// methods for label values, in unexported package variables, or in the object that one
// holds, that get many labels and from which the package deletes none. Labels are many if they are what was sent; what other packages make
// of that, or find in a context, may be one of a few, and so may be what was found in a
// map that loses nothing.
//
// # chan-only-grows
//
// Values are sent on an unexported package-level channel from which nothing in
// the package receives: elements queue up to its capacity, then goroutines do. Channels in a
// container, or sent on a channel, are left to who has put them there.
package globalgrowth
