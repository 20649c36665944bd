// Package lsp is memlint as a language server: editors start it and talk to it
// over its standard input and output.
//
// The question it answers is what to tell an editor when. A folder is a package
// and the unit of work: when one of its files is opened, changed or saved, the
// folder is due, a little later while somebody types. One worker checks what is
// due, one folder at a time, with the buffers as they are then; what changes
// meanwhile makes the folder due again and the running check pointless. A check
// that is done replaces all that was told of the folder before. Where nothing
// is open any more, nothing is told.
//
// Files: server.go answers messages, folders.go says what is due and checks it,
// documents.go keeps buffers, convert.go turns findings into what editors
// show, stream.go reads and writes, main.go is the command. Package protocol has messages and positions;
// package proxy puts this server beside another one, so that an editor sees one
// server.
package lsp
