// Command once leaves goroutines behind, once.
package main

import (
	"os"
	"os/signal"
	"time"
)

func main() {
	done := make(chan error)
	go func() { done <- run() }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	select {
	case <-done:
	case <-stop:
	}
}

func run() error {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
	return nil
}
