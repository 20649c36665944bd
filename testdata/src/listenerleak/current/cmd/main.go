// Command cmd ends with its signals and listeners.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"example.com/listeners/bus"
)

func main() {
	// Fine: the end of the process undoes all of it.
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	ctx, _ := signal.NotifyContext(context.Background(), os.Kill)
	bus.Default.On("exit", func(s string) { fmt.Println(s) })
	v := new(bus.Value)
	v.Watch(func(n int) { fmt.Println(n) })
	jobs := make(chan string)
	go func() {
		for name := range jobs {
			// Leaks: one per job.
			bus.Default.On(name, func(s string) { fmt.Println(s) }) // want `listenerleak/never-removed`
		}
	}()
	<-hangups()
	fmt.Println(run(), commands)
	repl()
	<-ctx.Done()
}
