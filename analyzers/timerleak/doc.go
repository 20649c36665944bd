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
// A goroutine that waits for ever and a timer that stays are leaks if they are
// started again and again. What shows that is a loop without a bound, a handler, an
// object that comes and goes, a caller, a function that nobody calls yet, or that
// the function belongs to an API: see globalgrowth. What nothing shows is latent, and
// reported with -latent. A goroutine that the Close of its own object does not end
// is reported wherever it is started.
//
// Silent are code that runs once per process (main, init, tests, package-level
// sync.Once, what runs only where a package variable is nil that it then sets, the
// bodies of commands of cobra, urfave/cli and kingpin, and what only these call),
// tickers handed to somebody who may stop them (returned, stored where the package
// stops them, given to a function that is not known), loops in functions that block
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
// A goroutine receives from a ticker in a loop that never ends. Return from the
// loop when a context or channel says so. A way out that nobody opens is none: a
// channel of the package's own that nobody closes or sends on, the end of a context
// whose cancel function nobody calls or of a background context, a nil channel.
//
// So does one that only a tick leads out of its loop, if the function that started
// it, or another one, stops the ticker: no tick comes any more.
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
// Also a ticker in a map that one delete from it stops and another one does not:
// see timer-outlives-entry.
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
// one timer behind at most. So does a case that another timer, made in front of the loop, comes to
// once. Those that are counted leave as many as they count, which
// is few unless it is the length of a list. A loop over a list that waits for nothing leaves the timer
// to what waits behind it.
//
// # timer-not-stopped
//
// Before 1.23: an early return leaves a time.NewTimer behind that is not known to be shorter
// than a minute, by a constant or by those who call the function. One that is reset must
// not be known to be reset to less than ten minutes: it serves a
// loop, and one is left when that ends. Also such a timer in a map that one delete from it
// stops and another one does not.
//
// # afterfunc-rearms
//
// The function given to time.AfterFunc always arms itself again, and nothing
// in the package stops it.
//
// # afterfunc-pins
//
// The handle of a time.AfterFunc of ten minutes or more is dropped, and its
// function captures a value that has a method like Close, or a large one: the value
// cannot go before the timer fires. The receiver of a method value is a capture.
// Functions that take something else out or close it are silent, they are what the
// timer is for.
//
// Also where one path out of the function stops the timer and another one does
// not, if the timer's function captures nothing by which that path might know
// that it fired, and the time is not known to be less.
//
// # timer-outlives-entry
//
// A time.AfterFunc is armed for an entry of a map, itself or in a field, and a
// delete of the entry does not stop it, while another one does, or while the
// timer itself deletes what it finds there: it still fires, at what may be a
// later entry, and keeps what it refers to until then.
//
//	func (r *Room) Leave(id string) {
//		r.idle[id].Stop()
//		delete(r.idle, id)
//	}
//
//	func (r *Room) Kick(id string) {
//		delete(r.idle, id) // its timer still fires
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
