// Package timerleak defines an analyzer that reports timers and tickers that
// stay for ever, or longer than anybody needs them.
//
// # Analyzer timerleak
//
// timerleak: report tickers and timers that are never stopped
//
// A ticker runs until somebody calls Stop. A goroutine that waits for one in
// a loop without a way out stays as long as the process, with all that it
// refers to, and calling Stop does not help it: Stop does not close the
// channel.
//
//	func NewCache() *Cache {
//		c := &Cache{}
//		t := time.NewTicker(time.Minute)
//		go func() {
//			for range t.C { // never ends
//				c.sweep()
//			}
//		}()
//		return c
//	}
//
// Since Go 1.23 the garbage collector takes back tickers and timers that
// nothing refers to, stopped or not. So what is a leak depends on the version
// of Go that the program runs with: the go line of the module, or a
// "//go:debug asynctimerchan=1" or godebug line in go.mod that brings the old
// behaviour back (also by way of "default"). Code of no known version counts
// as old. From 1.23 on, the categories that are marked "before 1.23" are
// reported only with -timerleak.collectable.
//
// Silent are code that runs once per process (main, init, tests, also those of
// suites, and what is given one, with their loops, package-level sync.Once, what
// runs only where a package variable is nil that it then sets, the bodies of
// commands of cobra, urfave/cli and kingpin, and what only these call), tickers
// handed to somebody who may stop them (returned, stored where the package stops
// them, given to a function that is not known), loops in functions that block
// their caller, who decides, and goroutines that work on package variables only,
// or on values for them of a type that once code alone makes: there is one of
// each.
//
// # ticker-not-stopped
//
// Before 1.23: the result of time.NewTicker stays in the function and a path
// leaves the function, or creates the next one, without Stop. A Stop counts for
// the ticker that its variable holds there: one that was overwritten is not
// stopped. Silent where a goroutine that only ends with the process uses the
// ticker.
//
// # ticker-goroutine
//
// A goroutine started in repeatable code receives from a ticker in a loop
// that never ends. Return from the loop when a context or channel says so.
//
// So does one that only a tick leads out of its loop, if the ticker is kept in
// a field and another function stops it: no tick comes any more.
//
//	func (b *Bar) loop() {
//		for !b.stopped.Load() {
//			<-b.tick.C // for ever, once Close was called
//			b.draw()
//		}
//	}
//
//	func (b *Bar) Close() {
//		b.stopped.Store(true)
//		b.tick.Stop()
//	}
//
// Silent where the function that stops the ticker has waited for something
// before, where the ticker is reset or made anew (a pause), and where only the
// goroutine itself stops it.
//
// # ticker-field
//
// Before 1.23: a ticker is kept in a field of a type with a method like Close,
// and no function of the package stops it; or the field is overwritten with a
// new ticker and nothing stops the old one, as may be a package variable.
//
// Also a delete from a map of tickers that does not stop the ticker, where
// another delete from that map does: see afterfunc-pins.
//
// # tick-in-repeatable
//
// Before 1.23: time.Tick in code that may run any number of times, unless the
// channel goes to the caller or a loop that never ends waits for it: that ticker
// is in use.
//
// # after-in-loop
//
// Before 1.23: time.After, or a time.NewTimer that is not stopped, in every
// iteration of a loop that can go on before the time is up; also where the loop
// keeps it in a field that it empties before. Timers under a second are not
// reported, and neither are loops of which every other case returns: they leave
// one timer behind at most.
//
// # timer-not-stopped
//
// Before 1.23: an early return leaves a time.NewTimer of unknown length, or of
// a minute or more, behind. Also a delete from a map of such timers that does
// not stop the timer, where another one does.
//
// # afterfunc-rearms
//
// The function given to time.AfterFunc always arms itself again, and nothing
// in the package stops it.
//
// # afterfunc-pins
//
// The handle of a time.AfterFunc of unknown length, or of a minute or more, is
// dropped, and its function captures a value that has a method like Close:
// the value cannot go before the timer fires. Functions that call that method
// are silent, they are what the timer is for; what a function captures that
// is large is closurecapture's. Silent is also a method whose timer captures
// its own receiver: nothing says there that the receiver has to go before,
// unless it has a connection in a field. So is a function whose callers all give
// it, for what is captured, a value that they have in a field.
//
// Also where one path out of the function stops the timer and another one does
// not, if the timer's function captures nothing by which that path might know
// that it fired.
//
// Also where entries of a map that hold such a timer, themselves or in a field,
// are stopped where one function deletes them, and not where another one does.
//
//	func (r *Room) Leave(id string) {
//		r.idle[id].Stop()
//		delete(r.idle, id)
//	}
//
//	func (r *Room) Kick(id string) {
//		delete(r.idle, id) // its timer still fires, and keeps what it refers to
//	}
//
// Silent are the timer's own function, where it fired; functions whose callers
// all stop it, that wait for it or move the entry on; and exported ones of a
// type that gives the timer to its callers.
//
// # defer-stop-in-loop
//
// A deferred Stop in a loop without a bound: the calls pile up until the
// function returns. Silent in a case of a select that receives from an error
// channel with room for one that the function made itself: it comes once.
package timerleak
