package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Fine: main asks once, by way of a function.
func hangups() <-chan os.Signal {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP)
	go func() {
		for range ch {
			fmt.Println("again")
		}
	}()
	return ch
}

// Fine: it runs until the process is told to end, as main says.
func run() error {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP)
	select {
	case <-ch:
	case <-time.After(time.Hour):
	}
	return nil
}

// repl goes on for as long as somebody types.
func repl() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		interruptible(lines.Text())
		tidy(lines.Text())
		briefly(lines.Text())
	}
}

// Leaks: one channel for each line that is typed.
func interruptible(line string) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt) // want `channel given to signal.Notify is not stopped on every path.*listenerleak/signal-not-stopped`
	select {
	case <-ch:
	case <-time.After(time.Duration(len(line))):
	}
}

// Fine: it is stopped.
func tidy(line string) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	defer signal.Stop(ch)
	select {
	case <-ch:
	case <-time.After(time.Duration(len(line))):
	}
}

// Leaks: likewise, with a context.
func briefly(line string) {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt) // want `stop function of signal.NotifyContext is dropped.*listenerleak/signal-not-stopped`
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(len(line))):
	}
}

// Watch is a command, of which a library finds the method by its name.
type Watch struct{ Every time.Duration }

// Fine: a process runs one command.
func (w *Watch) Run() error {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP)
	select {
	case <-ch:
	case <-time.After(w.Every):
	}
	return nil
}

var commands = []any{&Watch{}}
