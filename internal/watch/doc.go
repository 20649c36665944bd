// Package watch asks a running server for profiles, again and again, and tells
// which places of the code have more and more.
//
// The question it answers is what grows, while it grows: a heap profile is a few
// thousand sums, so watching costs the server little and this program less. Of each
// profile only sums are kept, of the places that had most, thinned as time goes on;
// so memory does not depend on how long it runs.
//
// Files: main.go is the command, flags.go its arguments, limit.go what may not be
// passed. server.go gets an answer over HTTP, poll.go all profiles of one time,
// snapshots.go keeps them as files. history.go sums them up, series.go thins one
// sum over time, sites.go decides which there are and which of them grow. run.go
// decides when to ask and when to stop, joined.go knows the findings of the module,
// hook.go runs the command of -exec, in a group of processes by system_unix.go. table.go,
// lines.go and screen.go tell it to people, json.go to programs, and words.go has
// the form of amounts and names.
package watch
