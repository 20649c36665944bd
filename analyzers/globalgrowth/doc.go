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
// The container may be the variable itself, a field of the struct that it
// holds or points to, or an element; it may grow through a local alias or a
// method of the package. The finding stands at the first statement that grows
// it.
//
// Silent is growth in code that runs once per process: init, main, the body of
// a package-level sync.Once, and unexported functions that only those call. A
// loop there counts if it never ends, ranges over a channel or accepts
// connections; one that reads a file to its end does not. Silent is growth that
// happens once per container: under a flag, or after it was found to be nil or
// empty.
//
// Silent is growth with a bound: keys of a small type, of a type for which the
// package declares constants, remainders, elements of a fixed list, keys that
// are present already; and growth that a check of the length decides.
//
// Whether a map leaks is decided by its keys, so they are followed back to where
// they come from, through the calls that the package makes. Silent are keys that
// are written in the program: constants, names of functions, types (reflect.Type,
// descriptors, structs with one), settings of the environment. What the package
// itself gives to an exported function shows what its keys are. The finding says
// so where keys come from a request, a connection, what was read or received, a
// counter, the clock, or are random, and shows the way from the nearest function
// that serves requests or is exported. A loop that ends counts to the same numbers
// again, and a request that the program sends itself is no source.
//
// Silent is what the machine bounds: a map that keeps what was read from the file
// that the key names, or the user or program, unless clients choose the name or
// the file is kept open. Silent are maps of objects that are made when there is
// none under the key, as of file systems, of which there are as many as are
// configured, also under the address of what they connect to; of time zones; and what a function gets that returns a new value of
// an enumeration. Test files are silent, and files that import package testing or
// are named for tests; unexported functions that nothing calls; and writers of
// commands that collect what other commands print.
//
// Most maps that only grow are harmless, because their keys are few, though
// nothing in the code says so. A map is reported if something shows that its keys
// are many: where they come from, their type (numbers, pointers, interfaces,
// combinations), or what the key or the map is called: user, session, addr, id,
// path and the like. Names count only where a function is called with the key or
// with what has it in a field: what is looked up or read from the receiver is
// there already. Others are latent.
//
// Silent are containers from which something takes out, even if only sometimes
// or under another key, and those that code which is not in sight gets hold of:
// returned, stored elsewhere, given to unknown functions. A map of maps from
// whose inner maps something takes out is reported only if its keys are
// pointers, channels or interfaces. Lists in the objects of a map are not
// followed.
//
// Registries fill up while the program starts, but nothing in their package
// shows it. By convention a registry is what exported functions fill that the
// package calls in once code only, or in functions named for that, and that are
// named Register, Define, Enable, OnExit, OnReload, SetLevel and the like, or Add
// if they are given functions or interface values, or a list; and what panics when
// a key is there already. Functions whose names begin with load, init, setup,
// register, configure, define, allow, enable, install or set (for lists also with
// parse, build or prepare) prepare a process, and count as well. They are latent.
//
// Silent are values that stand for types of the program, channel sends inside a
// select, and values of types of other packages that a call made: its
// constructor may have kept them.
//
// Functions, channels and listeners that are kept in fields of a package-level
// value are listenerleak's.
//
// # map-only-grows
//
// A map gets new keys in repeatable code, and nothing in the package ever
// deletes or replaces it. Delete the key when its owner ends, or bound the map.
//
// # slice-only-grows
//
// A slice is appended to in repeatable code and never cut or replaced.
//
// # container-only-grows
//
// The same for sync.Map, container/list, container/heap, bytes.Buffer,
// strings.Builder, and types of the module whose methods are known to grow and
// to shrink them. Also for metrics of Prometheus in unexported package variables
// that get a request's path, a file or the like as a label, and from which the
// package deletes no labels.
//
// # chan-only-grows
//
// Values are sent on an unexported package-level channel from which nothing in
// the package receives: elements queue up to its capacity, then goroutines do.
package globalgrowth
