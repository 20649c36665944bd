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
// "//go:debug asynctimerchan=1" that brings the old behaviour back. From 1.23
// on, the categories that are marked "before 1.23" are reported only with
// -timerleak.collectable.
//
// Silent are code that runs once per process (main, init, tests, package-level
// sync.Once, what runs only where a package variable is nil that it then sets,
// the bodies of commands of cobra, urfave/cli and kingpin, and what only these
// call), tickers handed to somebody who may stop
// them (returned, stored where the package stops them, given to a function
// that is not known), and loops in functions that block their caller, who
// decides.
//
// # ticker-not-stopped
//
// Before 1.23: the result of time.NewTicker stays in the function and a path
// leaves the function, or creates the next one, without Stop.
//
// # ticker-goroutine
//
// A goroutine started in repeatable code receives from a ticker in a loop
// that never ends. Return from the loop when a context or channel says so.
//
// # ticker-field
//
// Before 1.23: a ticker is kept in a field of a type with a method like Close,
// and no function of the package stops it; or the field is overwritten with a
// new ticker and nothing stops the old one.
//
// # tick-in-repeatable
//
// Before 1.23: time.Tick in code that may run any number of times.
//
// # after-in-loop
//
// Before 1.23: time.After, or a time.NewTimer that is not stopped, in every
// iteration of a loop that can go on before the time is up. Timers under a
// second are not reported.
//
// # timer-not-stopped
//
// Before 1.23: an early return leaves a time.NewTimer of unknown length, or of
// a minute or more, behind.
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
// is large is closurecapture's.
//
// # defer-stop-in-loop
//
// A deferred Stop in a loop without a bound: the calls pile up until the
// function returns.
package timerleak
