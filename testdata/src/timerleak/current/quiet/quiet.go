// Package quiet has leaks that are not told: somebody said so.
package quiet

import (
	"log"
	"time"
)

// Suppressed on the line itself.
func Line(out *log.Logger) {
	t := time.NewTicker(time.Second) //memlint:ignore timerleak/ticker-goroutine lives as long as the process
	go func() {
		for range t.C {
			out.Print("line")
		}
	}()
}

// Suppressed on the line above, for all categories of the analyzer.
func Above(out *log.Logger) {
	//memlint:ignore timerleak lives as long as the process
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			out.Print("above")
		}
	}()
}

// Not suppressed: the comment is about another category.
func Other(out *log.Logger) {
	//memlint:ignore timerleak/ticker-field not the right word // want `timerleak/unused-ignore`
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go func() {
		for range t.C {
			out.Print("other")
		}
	}()
}
