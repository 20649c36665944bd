// Package subsliceleak defines an analyzer that reports small parts that keep
// large wholes.
//
// # Analyzer subsliceleak
//
// subsliceleak: report parts of slices and strings that keep the whole
//
// A sub-slice and its array are one to the collector: a few bytes of a file keep
// all of it, and an array keeps what is in its slots, whether the slice that
// belongs to it reaches them or not.
//
//	type Queue struct {
//		mu   sync.Mutex
//		jobs []*Job
//	}
//
//	func (q *Queue) Pop() *Job {
//		q.mu.Lock()
//		defer q.mu.Unlock()
//		j := q.jobs[0]
//		q.jobs = q.jobs[1:] // the array keeps j
//		return j
//	}
//
// The slots of a slice matter if their elements lead to memory: functions,
// interfaces, maps, slices, and pointers to structs that have such. Numbers,
// text, errors, times and types are little. A slice is kept where it stays if it is
// in a field, package variable or container, or what a parameter of a named
// slice type points to. A slice in an object that goes when the function returns
// that makes it is silent, and so is one in a struct of another package, and
// code that runs once per process or is for tests.
//
// Silent are also slots that are emptied, in the function or in one that it calls
// or that calls it; an array that makes way for another one there; a slice
// of which the function returns the part that it cuts off, or puts it
// elsewhere; one that is filled again at once, by the function or by all that call
// it; one that is made longer without an append, so that old elements are used
// again; elements that are pointers into another slice; and objects that go to
// a sync.Pool. Several cuts of one kind of one slice are one finding.
//
// What an array keeps goes with the object that has it, and most lists that are cut belong
// to one operation: a walk, a query, the tree of a file. So something has to show that the
// object stays: it hangs on a package variable; it has a lock or a channel, or is part of
// what has; the method that cuts is given the element, and looks for it; or it is a
// container for other packages, an exported type whose
// exported methods put in what they are given and take it out, and whose elements are seen
// to be large: they lead to lists, maps or functions, or to what has to be closed. Else a cut needs
// evidence as growth does (see fieldgrowth), and without that it is latent.
//
// # small-of-large
//
// A small part of a large buffer is kept where it stays: a line, word or match, or a
// constant number of elements. A buffer is large if it has at least
// -subsliceleak.min-bytes (64 KiB unless set) or was read by io.ReadAll or
// os.ReadFile, or is a make whose length is not constant. Parts are followed
// through strings, bytes, regexp, and functions of the module that return a part of what
// they are given. A conversion between a string and bytes copies: what is cut
// after it keeps the copy. A fix clones the part.
//
// Silent are parts that are most of the whole, such as what strings.TrimSpace
// leaves; wholes that are kept anyway, or of which more than three parts are, if that is not
// in another case; parts that a loop keeps one after the other, unless it picks them by
// what they are or begin with; what has a limit, as with io.LimitReader, and
// files with a constant name; containers that are replaced as a whole; and a part whose
// place something else takes on every way on, before the function returns, unless it fails.
//
// # queue-front
//
// Elements are taken from the front of a slice that is appended to: s = s[1:]. The
// slots in front of it stay until append moves the rest to a new array. A
// fix sets them to nil before. Silent is a window, which the function that cuts it
// appends to as well, or of which it leaves so many: s = s[len(s)-n:]. So is a queue that is short: the package compares its length with a
// small constant or a setting. The elements have to be seen to be large, wherever the
// queue is: what is little goes soon enough. One element at a time is latent but for
// package variables and containers for other packages: about as much stays as waits in
// the queue.
//
// # popped-slot-kept
//
// The last element is taken: s = s[:len(s)-1], also in the Pop of a heap. The slot keeps
// it until something else is put there. Silent are lists of spare parts, where the
// function makes what it does not find; functions whose callers all put
// something in as well; heaps that are filled only where they are made or emptied, or that
// nothing is taken from; and
// short lists, as for queues.
//
// # truncated-not-cleared
//
// All elements are given up, and their array is kept: s = s[:0]. A fix clears the slice
// before. Silent are lists of structs, which are room for values, functions that fill the
// slice too, the end of an object's life, and functions that set two more fields: they
// make the object ready to be used again.
//
// # cut-not-cleared
//
// Elements are taken out of the middle, and those behind move down: append(s[:i],
// s[i+1:]...), copy and a shorter slice, or a loop that appends to s[:0] what it
// keeps of s. The slots at the end keep what was in them, unless the function appends
// behind that, on every way on. slices.Delete
// clears them since Go 1.22; with an older go line in go.mod it is reported as well.
// One element at a time, and a list that is emptied as a whole, are latent but for package
// variables and what exported methods do of containers for other packages: the list has
// its last element twice, or is one to be filled again. The filter that keeps some of many is
// not.
// Here, and for the other cuts, what a command or an internal package does has to be seen
// to be done again and again, but for containers of internal packages, with large elements, for
// the rest of the module: whoever calls these, the slot is to be emptied.
//
// # interior-pointer
//
// A pointer to a field or element of something large, which the function or one of the package
// that it calls makes, is kept where it stays, and the rest is not. A list that was decoded
// from what others send is large where a pointer to one of its elements is kept that the data
// picks; the element with a constant index may be the only one.
package subsliceleak
