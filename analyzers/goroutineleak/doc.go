// Package goroutineleak defines an analyzer that reports goroutines that never
// end.
//
// # Analyzer goroutineleak
//
// goroutineleak: report goroutines that block or run for ever
//
// draft
package goroutineleak
