// Package closurecapture defines an analyzer that reports closures that keep
// large values in memory.
//
// # Analyzer closurecapture
//
// closurecapture: report closures that keep more memory than they need
//
// A closure keeps every variable that its body mentions, whole, for as long
// as somebody keeps the closure. So a function value put into a field to log
// the length of a buffer some day keeps the buffer.
//
//	func (s *Server) Upload(r *http.Request) error {
//		body, err := io.ReadAll(r.Body)
//		if err != nil {
//			return err
//		}
//		s.atClose = append(s.atClose, func() { // keeps all of body
//			log.Print("upload of ", len(body))
//		})
//		return nil
//	}
//
// A variable is large if its type, or the array, struct, new, make or
// composite literal it refers to, has at least -closurecapture.min-bytes
// (64 KiB unless set), or if it holds data whose size nothing bounds: what
// io.ReadAll, os.ReadFile, strings.Repeat or a function of the module that
// returns such data gave, or a make of a length that is not constant.
//
// Silent are closures that only run within the call (sort.Slice, defer, what
// is called on the spot), closures handed to code that is not known or kept by
// a context, goroutines that end, and code that runs once per process. So are
// variables that are set to nil anywhere, and objects that the function did
// not make itself: somebody else keeps them.
//
// # partial-use
//
// A closure outlives its function (it is returned, stored in a package
// variable or in an object that the function did not make, given to
// time.AfterFunc, or runs on a goroutine in a loop that never ends or waits
// for a ticker) and needs nothing of a large variable but its length,
// capacity, or small fields, elements or sub-slices at constant places. Take
// that part before the literal.
//
// Silent are variables that are assigned, or whose value may be changed,
// after the closure was made, and values that something else keeps, too.
//
// # large-capture
//
// A closure that is made again and again (see globalgrowth for what shows that)
// keeps a large variable and goes to a container from which nothing in the package
// takes anything out, or to a goroutine that never ends. For a method value the
// receiver counts. Where nothing shows that it is made again it is latent, and
// reported with -latent.
//
// Silent are closures that are returned (the caller decides), containers that
// other packages can reach (exported fields and variables) or that belong to
// another module, and single slots: the next closure stored there lets the
// last one go. Of data without a known size only text and numbers count, not
// lists that are as long as the work at hand. A goroutine in a loop that waits
// for a ticker is timerleak's.
//
// # self-reference
//
// The function or argument given to runtime.SetFinalizer or
// runtime.AddCleanup leads to the very object, through a captured variable, a
// bound receiver or a field, or a goroutine that runs a method of the object or
// a literal uses it in a loop that only the object itself can end: the object
// is never collected and the function never runs. So is a finalizer of an
// object that the function makes part of a cycle of pointers: the runtime
// breaks no cycles that have a finalizer (a cleanup is none). This is reported
// at the call that attaches it, in code that runs once, too.
package closurecapture
