// Package readall defines an analyzer that reports bodies that are read whole.
//
// # Analyzer readall
//
// readall: report bodies of requests and responses that are read whole, without a limit
//
// This analyzer is off unless somebody asks for it: as -readall or -enable=readall on the
// command line, by its flag -readall.on under go vet, as a setting in the files of memlint
// and golangci-lint, by its name in gopls.
//
// What is read into memory is as large as the other side makes it:
//
//	func create(w http.ResponseWriter, r *http.Request) {
//		data, err := io.ReadAll(r.Body) // a client decides how much memory that takes
//		...
//	}
//
// A few large requests at a time are enough to end the process. That is no leak, since
// the memory is freed; but it looks like one, and it is kept for long where the data goes
// into a cache or a pool.
//
// # unbounded-read
//
// io.ReadAll, ReadFrom of a bytes.Buffer, or Decode of a json.Decoder or xml.Decoder reads
// the body of a request, the body of a response or an uploaded file to its end; or
// os.ReadFile reads a file that a body was copied to. It is reported at the call; where a
// function reads all of its parameter, at the call of that function, also across packages.
//
// Limit what is read, by http.MaxBytesReader on a server and io.LimitReader on a client, or
// handle it piece by piece: copy it, or decode one value after another.
//
// Not reported are readers that wrap a limit around the body, bodies that are replaced by
// another reader anywhere in the function or a caller, also by a function that it calls;
// functions that look at ContentLength; requests of a handler behind
// http.MaxBytesHandler, also in unexported functions that only such handlers call, and
// all requests of the package if it cannot be told which handler that is; and decoders in
// a loop.
package readall
