// Package quiet has leaks that are not told: somebody said so.
package quiet

import (
	"log"
	"time"
)

// Suppressed on the line itself.
func Line() {
	t := time.NewTicker(time.Second) //memlint:ignore timerleak/ticker-goroutine lives as long as the process
	go func() {
		for range t.C {
			log.Print("line")
		}
	}()
}

// Suppressed on the line above, for all categories of the analyzer.
func Above() {
	//memlint:ignore timerleak lives as long as the process
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			log.Print("above")
		}
	}()
}

// Not suppressed: the comment is about another category.
func Other() {
	//memlint:ignore timerleak/ticker-field not the right word // want `timerleak/unused-ignore`
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	go func() {
		for range t.C {
			log.Print("other")
		}
	}()
}
