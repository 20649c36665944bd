// Command cmd is a daemon: what main starts may run until the process ends.
package main

import (
	"fmt"
	"net"
	"time"
)

func main() {
	// Fine: once per process.
	status := time.NewTicker(time.Minute)
	go func() {
		for now := range status.C {
			fmt.Println(now)
		}
	}()
	go housekeeping(time.Hour)

	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		panic(err)
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			continue
		}
		// Leaks: one goroutine per connection, although main calls it.
		go serve(conn)
		idle := time.NewTicker(time.Minute) // want `timerleak/ticker-goroutine`
		go func() {
			for range idle.C {
				fmt.Fprintln(conn, "still here")
			}
		}()
	}
}

// Fine: only main calls it, before its loop.
func housekeeping(d time.Duration) {
	for range time.Tick(d) {
		fmt.Println("clean")
	}
}

func serve(conn net.Conn) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-goroutine`
	for range t.C {
		fmt.Fprintln(conn, "tick")
	}
}
