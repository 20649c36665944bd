// Package generators leaves producers of another package behind.
package generators

import (
	"context"
	"log"
	"strings"

	"example.com/goroutines/feed"
)

func Find(next func() (string, bool), s string) string {
	for line := range feed.Lines(next) {
		if strings.Contains(line, s) {
			return line // want `leaves while the goroutine that fills the channel still has something to send \(goroutineleak/generator-abandoned\)`
		}
	}
	return ""
}

func Head(next func() (string, bool), most int) (n int) {
	for range feed.Lines(next) {
		if n++; n >= most {
			break // want `leaves while the goroutine that fills the channel still has something to send \(goroutineleak/generator-abandoned\)`
		}
	}
	return n
}

func Deep(depth int) bool {
	for n := range feed.Tree(depth) {
		if n == 1 {
			return true // want `leaves while the goroutine that fills the channel still has something to send \(goroutineleak/generator-abandoned\)`
		}
	}
	return false
}

// Nobody can end the background context.
func Detached(next func() (string, bool), s string) bool {
	for line := range feed.Until(context.Background(), next) {
		if line == s {
			return true // want `leaves while the goroutine that fills the channel still has something to send \(goroutineleak/generator-abandoned\)`
		}
	}
	return false
}

func Cancelled(next func() (string, bool), s string) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for line := range feed.Until(ctx, next) {
		if line == s {
			return true
		}
	}
	return false
}

func Given(ctx context.Context, next func() (string, bool), s string) bool {
	for line := range feed.Until(ctx, next) {
		if line == s {
			return true
		}
	}
	return false
}

func All(next func() (string, bool), s string) (found bool) {
	for line := range feed.Lines(next) {
		found = found || line == s
	}
	return found
}

func HandedOn(next func() (string, bool)) (string, <-chan string) {
	lines := feed.Lines(next)
	return <-lines, lines
}

func Fatal(next func() (string, bool), s string) {
	for line := range feed.Lines(next) {
		if line == s {
			log.Fatal(line)
		}
	}
}

// Whether somebody closes the loop is no question of communication.
func Dropped(f func()) { feed.NewLoop(f) }
