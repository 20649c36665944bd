// Command debugline asks for the timers of Go 1.22: its own leaks count.
//
//go:debug asynctimerchan=1
package main

import (
	"fmt"
	"time"
)

func main() {
	// Fine: once.
	start := time.NewTicker(time.Second)
	<-start.C
	for {
		fmt.Println(ask(make(chan string)))
	}
}

// Leaks: main's loop makes a ticker per question.
func ask(answers <-chan string) string {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	select {
	case a := <-answers:
		return a
	case <-t.C:
		return ""
	}
}
