// Package fieldgrowth defines an analyzer that reports containers in fields of
// long-lived objects that only grow.
//
// # Analyzer fieldgrowth
//
// fieldgrowth: report containers in fields of long-lived objects that only grow
//
// A server, a controller, a cache lives as long as the process. What its fields
// collect for each request, connection or event stays as long, unless something
// takes it out when that is over:
//
//	type Server struct {
//		mu   sync.Mutex
//		seen map[string]time.Time
//	}
//
//	func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
//		s.mu.Lock()
//		defer s.mu.Unlock()
//		s.seen[r.RemoteAddr] = time.Now() // one entry per connection, for ever
//	}
//
// A field is reported if three things are seen in the code, there or in what calls
// it. The object stays: it receives requests, hangs on a package variable, was there
// before the loop that feeds it. The growth happens again and again, and the keys of
// a map are many (see globalgrowth for what shows that). And nothing takes out what
// comes in while the object is in use: what its Close does comes too late. What
// hangs on a package variable of the same package is globalgrowth's.
//
// A way out counts for what it takes out. Where the code shows that entries are
// meant to go, and this one does not, no more evidence is asked of exported methods
// of exported types: a key that is deleted from the map beside, under another name,
// or only where the insert failed.
//
// What nothing shows is latent: reported with -latent, and in the package that
// calls it if that shows it. Which object a method called through an interface
// belongs to is not known.
//
// Keys are many that come from connections, parts of an HTTP request or message,
// clocks, counters, random numbers and pointers to what is made anew; those that are objects
// with an end, such as a Close method; and those of a defined type of which the package takes the keys
// out of two maps or more, and of half of those that get them. Fields of a
// decoded message are few, since they name what is there (a tenant, a bucket), and so is
// what code out of sight makes of a request. That is latent.
//
// Silent are exported fields, which other packages may empty; containers that
// other code gets hold of; objects that are made for what a loop brings, such as a
// parser's result, or that end with a channel which the package closes; elements of
// lists, and of maps that lose elements; what something replaces as a whole; channels;
// growth that a check of the length bounds; writes to keys that are there already; and
// code for tests. Nor what waits until a method goes over it and sets a flag that the way in
// asks, nor what an error collects, nor what a function has filled by a loop and goes on with when that
// has ended, nor a loop that goes on while a number says that there is work, nor what Open puts in once
// and Close takes out. Keys are few if all callers in sight give few. Of a
// container no more than 64 ways in are looked at.
//
// # Metadata by object
//
// A map whose keys are pointers to objects keeps the objects. Since Go 1.24 a key
// can be a weak.Pointer, which does not, and a cleanup of the object takes it out:
//
//	func (t *Table) Tag(o *Object, tag string) {
//		key := weak.Make(o)
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		if _, ok := t.tags[key]; !ok {
//			runtime.AddCleanup(o, t.forget, key)
//		}
//		t.tags[key] = tag
//	}
//
//	func (t *Table) forget(key weak.Pointer[Object]) {
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		delete(t.tags, key)
//	}
//
// For equal values that shall be one, package unique does the same. If such a map is
// reported, here or as globalgrowth, a note says so.
//
// # only-grows
//
// A map, slice, list, sync.Map, channel or metric grows and nothing takes out. Where the
// element under a key is closed, stopped or cancelled, and stays, that needs no evidence
// of how often it comes, unless the function puts another one in its place. An object that a
// function fills in a loop and returns does not stay, and what a client asks about its own
// requests, as CheckRedirect does, handles none, nor what is given a request that its caller sends. A
// container of another package from which that takes out by itself, on a goroutine or in a callback of
// code that is not known, empties itself.
//
// # sibling-not-deleted
//
// A key is put into two containers together, and deleted from one of them. Or a function
// deletes one key from several maps of an object, and not from another one with keys of
// the same type, unless that is a plain text or number. Or a key is put in only where
// another map has it, and that one loses it. Or marks, which say no more than that a key
// is there, go only together with an element of another map, and one place takes that out
// alone and puts it nowhere else. Or one place takes the key out of both, and another one
// of one of them alone, and puts it nowhere else. Or a method looks something up in a map, to take
// it out of a list or another map that gets it together with this one, and leaves the entry. It is
// reported at the insert into the one that is forgotten. Not so if one of the two is filled alone as
// well, or is a queue that is emptied.
//
// # key-mismatch
//
// Every delete is under another part of the object than the insert: put in under
// u.Name, deleted under u.ID, or under a text of that, as fmt.Sprint(u.ID) is. Texts that callers
// give may be any if the function that deletes returns an error where nothing is there. Of an object
// that the function itself makes both parts have to be set there: a message may name another one
// by what that does not have. Silent if the package sets both parts to the same.
//
// # empty-inner-kept
//
// Elements of a map are maps or lists themselves. What they hold is taken out, or nil is put in
// their place, and the keys stay when nothing is left under them. Also where one thing is taken out
// of all of them in a loop, which leaves their keys; silent where a loop empties all of them.
//
// # delete-on-rollback-only
//
// The only delete is where the function that inserts has failed. In functions that other
// packages cannot call, that may be a cache: there it needs the evidence of only-grows.
//
// # kept-on-failure
//
// A function puts in an entry with a channel that it made, and waits for the answer itself. Where
// it gives up, since time is up, its context is done or it cannot send, it returns and leaves
// the entry, which nobody needs any more: whoever would answer may never do so. Or it takes the entry out
// where one step fails, and not where another one does. Silent where it gives up because the
// object itself ends, or ends something of that first, where the function puts back what was there under
// the key before, and where something goes over all
// entries and takes some out.
//
// # ranged-not-reset
//
// Close walks over a list and keeps it, and Open, which fills it, can be called
// again, as Start can after Stop, and Connect after Disconnect or Close. Of methods that are not
// exported it has to be seen that they are called again. Not reported of objects that other
// packages open and close, which get them as an interface, and of those that close a channel which
// is never made anew.
//
// # remove-never-called
//
// The method that takes out is called nowhere, and cannot be from elsewhere. Or the object
// has a lock or a channel and is of an internal package, and no package of the module calls
// the method: memlint says so when it is run on all that can import the package, as with
// "memlint ./..." at the root of the module.
//
// # chain-grows
//
// A field or captured variable is set to something that has its old value in it: a
// logger with one more attribute, a context, a handler around a handler. Not so where a
// function calls the literal that does it itself, and not in a loop: each call has its own
// variable; nor where it returns what is in the variable, which the literal builds.
//
// # labels-not-deleted
//
// Labels of one metric are deleted, and those of another that got the same ones are
// not. Metrics are those of Prometheus, and of types that have its methods, such as
// WithLabelValues and DeleteLabelValues.
//
// # expires-when-read
//
// An entry that has expired is deleted when somebody asks for it. Nobody may. Silent if the
// object itself says which keys are next, as one does that has them in order.
package fieldgrowth
