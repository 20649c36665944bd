// Package poolleak defines an analyzer that reports what pools keep.
//
// # Analyzer poolleak
//
// poolleak: report objects that go back to a pool too large or not empty
//
// A pool hands out again what was put into it, as it was put:
//
//	var bufs = sync.Pool{New: func() any { return new(bytes.Buffer) }}
//
//	func render(w io.Writer, page *Page) error {
//		b := bufs.Get().(*bytes.Buffer)
//		defer bufs.Put(b) // with room for the largest page ever
//		b.Reset()
//		if err := page.write(b); err != nil {
//			return err
//		}
//		_, err := w.Write(b.Bytes())
//		return err
//	}
//
// The collector empties a sync.Pool, but only of what nobody took for two cycles. Under
// load an object comes back before that, as large as it has become and with all that it
// refers to.
//
// The findings stand at the Put of sync.Pool. What happens to an object before that is
// followed through functions of the package that put, take or use it, whatever they are
// called. A plain object that is only dropped is no leak: the collector takes it.
//
// # no-size-check
//
// A buffer goes back whatever its size, and something writes data of unbounded size into
// it: a bytes.Buffer, a slice of bytes that append enlarges, or a struct with one. Put it
// back only if its capacity is below a limit. Not reported are objects whose size is
// compared with a limit on the way or decides whether they go back, buffers that get
// numbers and constants only, slices that are only read into, buffers that the package
// lends, unless to other modules alone, and those that a new one replaces right before. A slice
// in a struct to which a loop adds one piece after the other is reported if another Put of the pool
// has a limit for it: else the pieces are taken to be few.
//
// # not-cleared
//
// A slice of pointers, or one in a struct, goes back with what it held: s[:0] keeps the
// pointers in the array. Clear it first. Not reported are slices of numbers and strings,
// what has a limit, and what is cleared anywhere on the way, or emptied where it is taken out, unless
// another Put of the pool empties it first: that shows how it is meant.
//
// # keeps-request
//
// An object goes back with a request, a context or a connection in one of its fields, or a
// reader or writer of bufio and compress goes back that was reset to one of these. Set the
// field to nil, or reset it to nil, before Put.
//
// # get-without-put
//
// An object with a file, connection or goroutine behind it is taken out of a pool, and
// some path neither puts it back nor closes it. It is reported at the Get. A channel of
// such objects is a pool, too.
//
// # list-never-shrinks
//
// A list of free objects, made by hand of a slice or of objects that refer to each other,
// takes back all that it is given, and nothing ever makes it shorter: as many objects stay
// as were in use at once, ever. Add to it only up to a limit, or use a sync.Pool. Not
// reported are lists of pointers to structs of less than 1 KiB that have no slices.
package poolleak
