package morph_test

import (
	"strings"

	"github.com/memlint/memlint/internal/finding/findingtest/cases"
	"github.com/memlint/memlint/internal/finding/findingtest/morph"
)

// A difference is one that is known: findings that a transformation changes, and why
// they are not found all the same.
type difference struct {
	transformation string
	module         string // below testdata/src
	at             string // what findings begin with: file:line: rule
	why            string
}

const (
	extractBodies = "extract bodies"
	makeMethods   = "make functions methods"
	moveHelpers   = "move helpers to another package"
)

var known = []difference{
	{extractBodies, "closeleak/current", "giveup/", "what ends the parts is a call away from Close"},
	{extractBodies, "closeleak/current", "sure/told.go:30: closeleak/error-path", "that a flag tells a function to return nothing is seen one call away"},
	{extractBodies, "closeleak/current", "owners/owners.go:51: closeleak/teardown-gives-up", "what ends the parts is a call away from Close"},
	{extractBodies, "closeleak/current", "renewed/renewed.go:371: closeleak/overwritten", "that the new value is given back where it fails is a call away"},
	{extractBodies, "closeleak/current", "paths/paths.go:550: closeleak/error-path", "that a wrapper fails without the value is a call away"},
	{extractBodies, "closeleak/current", "taken/", "what callers do with a result, and with what they gave, is looked for one call away"},
	{extractBodies, "closeleak/current", "percall/returned.go:15: closeleak/per-call", "the callers that drop the client are a call away"},
	{extractBodies, "closeleak/current", "entries/entries.go:", "the caller that has looked at the list, or ends what it has put in, is a call away"},
	{extractBodies, "closeleak/current", "carried/carried.go:63: closeleak/owner-forgets", "the callers that drop the object are a call away"},
	{extractBodies, "closurecapture/finalizer", "finalizer.go:1", "the object is made a call away from its finalizer"},
	{extractBodies, "fieldgrowth/current", "ends/ends.go:80: fieldgrowth/", "a list that the end of its owner goes over is looked for in the methods that this calls, and in what fills it in those that call it"},
	{extractBodies, "fieldgrowth/current", "restart/restart.go:24: fieldgrowth/only-grows", "that a method opens is said by the one that adds"},
	{extractBodies, "fieldgrowth/current", "keys/keys.go:240: fieldgrowth/key-mismatch", "that a delete tells what is absent is a call away"},
	{extractBodies, "fieldgrowth/current", "requests/requests.go:255: fieldgrowth/only-grows", "that the caller sends the request is a call away"},
	{extractBodies, "fieldgrowth/current", "states/states.go:", "as in timerleak/current: what the go statement names is not what waits"},
	{extractBodies, "goroutineleak/current", "never/outlives.go:81: goroutineleak/never-ends", "as in timerleak/current"},
	{extractBodies, "globalgrowth/grows", "foreign/foreign.go:18: globalgrowth/container-only-grows", "what the container of another package does is a call away"},
	{extractBodies, "globalgrowth/grows", "slices/slices.go:124: fieldgrowth/only-grows", "which list a function returns is seen one call away"},
	{extractBodies, "goroutineleak/current", "bare/drained.go:", "that a goroutine of the caller takes all is looked for one call away"},
	{extractBodies, "goroutineleak/current", "tool/main.go:24: goroutineleak/bare-send", "as in bare/drained.go"},
	{extractBodies, "goroutineleak/current", "bare/emptied.go:", "who takes what is left from a channel is looked for among the callers, one call away"},
	{extractBodies, "goroutineleak/current", "locks/acquire.go:16: goroutineleak/unlock-missing", "the function that others call to lock is a call away"},
	{extractBodies, "goroutineleak/current", "locks/locks.go:", "that a result says whether the mutex is locked is not seen through two calls"},
	{extractBodies, "goroutineleak/current", "receives/fields.go:61: goroutineleak/blocked-receive", "who closes a channel unless it fails is one function"},
	{extractBodies, "goroutineleak/current", "receives/groups.go:258: goroutineleak/wait-never-done", "that each member of a group tells is looked for in what the go statement names"},
	{extractBodies, "listenerleak/current", "", "who adds a listener for a receiver, and with which life, is looked for among its callers, one call away"},
	{extractBodies, "poolleak/current", "lend/lend.go:25: poolleak/no-size-check", "that others are lent buffers is said by an exported function, which is a call away"},
	{extractBodies, "subsliceleak/current", "", "that others take out of a queue is said by an exported method, which is a call away"},
	{extractBodies, "subsliceleak/go1.21", "removal/removal.go:13: subsliceleak/cut-not-cleared", "as in subsliceleak/current"},
	{extractBodies, "timerleak/current", "forgotten/forgotten.go:186: timerleak/timer-outlives-entry", "that the timer deletes its entry is a call further away"},
	{extractBodies, "timerleak/current", "started/started.go:", "a goroutine that a constructor starts is looked for in the function that the go statement names"},
	{extractBodies, "timerleak/go1.22", "loop/loop.go:385: goroutineleak/never-ends", "as in timerleak/current"},
	{makeMethods, "fieldgrowth/current", "memo/memo.go:98: fieldgrowth/only-grows", "that the object stays is said of who calls a function"},
	{makeMethods, "listenerleak/current", "cmd/signals.go:48: listenerleak/signal-not-stopped", "an exported method may be called by others"},
	{makeMethods, "closeleak/current", "nothing/nothing.go:30: closeleak/error-path", "a method may know more than the error of which it makes a number"},
	{moveHelpers, "fieldgrowth/current", "chains/chains.go:32: fieldgrowth/chain-grows", "facts do not say that a result wraps a parameter"},
	{moveHelpers, "closeleak/current", "paths/asked.go:24: closeleak/error-path", "what a function of another package says of an error that is nil is not told"},
	{moveHelpers, "closeleak/current", "sure/", "that a function of another package never fails, or returns nothing if a flag says so, is not told"},
	{moveHelpers, "closeleak/current", "bodies/answers.go:", "that a function of another package makes requests for HEAD is not told"},
	{moveHelpers, "globalgrowth/stays", "counts/counts.go:", "that a function of another package opens a file is not told"},
	{moveHelpers, "goroutineleak/current", "never/never.go:", "that callers give a function of another package the channel of a ticker is not asked"},
	{moveHelpers, "timerleak/current", "started/started.go:", "as in goroutineleak/current"},
	{moveHelpers, "closeleak/current", "taken/checked.go:", "that a function of another package returns what it is given with an error is not told"},
	{moveHelpers, "closeleak/current", "makers/makers.go:35: closeleak/never-released", "facts do not say that a result wraps a parameter"},
	{moveHelpers, "goroutineleak/current", "pipes/pipes.go:138: goroutineleak/blocked-send", "that a function of another package leaves before the end of what it reads is not told"},
	{moveHelpers, "listenerleak/current", "cmd/signals.go:28: listenerleak/signal-not-stopped", "that it is once code is not told"},
	{moveHelpers, "goroutineleak/current", "generators/sequences.go:", "as for sends.go"},
	{moveHelpers, "goroutineleak/current", "sends/sends.go:", "a goroutine of another package is told where that is called"},
	{moveHelpers, "goroutineleak/current", "never/outlives.go:110: goroutineleak/never-ends", "a goroutine of another package that waits for what it is given is told where that is called, which is once here"},
	{moveHelpers, "goroutineleak/current", "once/main.go:22: goroutineleak/never-ends", "a function of another package may be called by others: that it is called once is not known there"},
	{moveHelpers, "timerleak/current", "once/once.go:", "as in goroutineleak/current"},
	{moveHelpers, "timerleak/current", "cmd/main.go:48: timerleak/", "facts do not say that a function waits for a ticker for ever"},
	{moveHelpers, "readall/current", "wrapped/wrapped.go:11: readall/unbounded-read", "who wraps a handler is looked for in its package"},
}

// met are the differences that there are.
var met = make(map[difference]bool)

// isKnown reports whether a finding is a known difference.
func isKnown(t morph.Transformation, module string, f cases.Found) bool {
	for _, d := range known {
		if d.transformation == t.Name && "testdata/src/"+d.module == module && strings.HasPrefix(f.Place, d.at) {
			met[d] = true
			return true
		}
	}
	return false
}
