// Package proxy makes two language servers look like one: the first is a
// program, such as gopls, the second a function, such as memlint.
//
// The question it answers is how little it has to understand. Every message
// between the client and the first server passes as it is, byte for byte, but
// for the few where both servers have something to say:
//
//   - Notifications about documents and files go to the second server as well.
//   - Diagnostics that servers publish are put together, file by file.
//   - The answers to requests for diagnostics and for code actions are put
//     together; the second server has a moment for its part.
//   - The answer to initialize says that there are code actions. The second
//     server is started by it, and told to count columns as the first does.
//   - Resolving a code action of the second server changes nothing, and the
//     first one does not know it.
//
// A request of the client has the same ID with both servers, so that it can be
// cancelled with both. The one request that the proxy makes itself has an ID
// that no server would choose. Whatever does not begin with the header of a
// message, such as what `gopls version` prints, is copied.
//
// Files: proxy.go starts programs and moves messages, route.go decides where
// they go, merge.go puts two of them together, pipe.go knows when nobody reads any more.
package proxy
