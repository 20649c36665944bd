package generators

import (
	"maps"
	"strings"
)

// words sends what a sequence has.
func words(text string) <-chan string {
	out := make(chan string)
	go func() { // want `goroutine may wait for ever to send on out \(goroutineleak/blocked-send\)`
		defer close(out)
		for word := range strings.SplitSeq(text, " ") {
			if word == "" {
				continue
			}
			out <- word
		}
	}()
	return out
}

// hasWord leaks: it does not take the rest.
func hasWord(text, word string) bool {
	for w := range words(text) {
		if w == word {
			return true
		}
	}
	return false
}

// lines sends until there is an empty one.
func lines(text string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for line := range strings.SplitSeq(text, "\n") {
			if line == "" {
				return
			}
			out <- line
		}
	}()
	return out
}

// count is fine: it takes all.
func count(text string) (n int) {
	for range lines(text) {
		n++
	}
	return n
}

// entries sends until it is told to quit.
func entries(m map[string]int, quit <-chan struct{}) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for k := range maps.Keys(m) {
			select {
			case out <- k:
			case <-quit:
				return
			}
		}
	}()
	return out
}

// anyOf is fine: it says that it has left.
func anyOf(m map[string]int) string {
	quit := make(chan struct{})
	defer close(quit)
	for k := range entries(m, quit) {
		return k
	}
	return ""
}

var _, _, _ = hasWord, count, anyOf
