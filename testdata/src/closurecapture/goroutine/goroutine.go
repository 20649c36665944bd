// Package goroutine has goroutines that keep large captures.
package goroutine

import (
	"context"
	"os"
	"time"
)

type worker struct {
	in   chan []byte
	quit chan bool
}

func (w *worker) endless(path string, match func(rules, text []byte)) {
	rules, _ := os.ReadFile(path)
	go func() { // want `goroutine that never ends keeps all of rules; held by goroutine in \(\*worker\).endless`
		for text := range w.in {
			match(rules, text)
		}
	}()
}

// Fine: stop closes the channel.
func (w *worker) stoppable(path string, match func(rules []byte)) {
	rules, _ := os.ReadFile(path)
	go func() {
		for range w.quit {
			match(rules)
		}
	}()
}

func (w *worker) stop() { close(w.quit) }

// Fine: it ends with the context.
func (w *worker) bound(ctx context.Context, path string, match func(rules []byte)) {
	rules, _ := os.ReadFile(path)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.in:
				match(rules)
			}
		}
	}()
}

// Fine: the rules are not needed any more when it begins to wait.
func (w *worker) first(path string, match func(rules []byte), next func([]byte)) {
	rules, _ := os.ReadFile(path)
	go func() {
		match(rules)
		for text := range w.in {
			next(text)
		}
	}()
}

// Fine here: the goroutine on a ticker is timerleak's.
func (w *worker) ticker(path string, match func(rules []byte)) {
	rules, _ := os.ReadFile(path)
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			match(rules)
		}
	}()
}
