// Package loops defers in loops.
package loops

import (
	"context"
	"io"
	"net"
	"os"
	"time"
)

func each(ctx context.Context, in <-chan int, f func(context.Context, int)) {
	for v := range in {
		c, cancel := context.WithTimeout(ctx, time.Minute) // want `context of every iteration stays until the function returns; held by its timer \(closeleak/defer-in-loop\)`
		defer cancel()
		f(c, v)
	}
}

func accept(ln net.Listener, greet func(net.Conn)) error {
	for {
		c, err := ln.Accept() // want `connection of every iteration stays until the function returns`
		if err != nil {
			return err
		}
		defer c.Close()
		greet(c)
	}
}

// A function for each.
func apart(ln net.Listener, greet func(net.Conn)) error {
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		func() {
			defer c.Close()
			greet(c)
		}()
	}
}

// There are as many as in the list.
func list(paths []string) error {
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
	}
	return nil
}

// The iteration that defers is the last one.
func first(paths <-chan string) (os.FileInfo, error) {
	for p := range paths {
		f, err := os.Open(p)
		if err != nil {
			continue
		}
		defer f.Close()
		return f.Stat()
	}
	return nil, os.ErrNotExist
}

// Each file is closed before the next one is opened.
func rotate(names <-chan string, use func(*os.File) error) error {
	var f *os.File
	for name := range names {
		if f != nil {
			if err := f.Close(); err != nil {
				return err
			}
		}
		var err error
		f, err = os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := use(f); err != nil {
			return err
		}
	}
	return nil
}

// Fine: what goes into the list is closed with it, whatever the goroutine does.
func listed(in io.Closer, addr string, stop func() error) error {
	closers := []io.Closer{in}
	defer func() {
		for _, c := range closers {
			c.Close()
		}
	}()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	closers = append(closers, c)
	go func() {
		if stop() != nil {
			c.Close()
		}
	}()
	_, err = c.Write([]byte("hello"))
	return err
}

// Nobody closes what is in the list.
func counted(in io.Closer, addr string, stop func() error) (int, error) {
	closers := []io.Closer{in}
	c, err := net.Dial("tcp", addr) // want `connection is not closed on every path`
	if err != nil {
		return 0, err
	}
	closers = append(closers, c)
	go func() {
		if stop() != nil {
			c.Close()
		}
	}()
	_, err = c.Write([]byte("hello"))
	return len(closers), err
}

// Fine: it tries until it has an answer, and each context ends by itself before long.
func poll(ctx context.Context, every time.Duration, ask func(context.Context) (string, error), pending error) (string, error) {
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(every):
		}
		c, cancel := context.WithTimeout(ctx, every)
		defer cancel()
		s, err := ask(c)
		if err == nil {
			return s, nil
		}
		if err != pending {
			return "", err
		}
	}
}

// It goes on for as long as nothing fails.
func work(ctx context.Context, in <-chan int, do func(context.Context, int) error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case v := <-in:
			c, cancel := context.WithTimeout(ctx, time.Minute) // want `context of every iteration stays until the function returns`
			defer cancel()
			if err := do(c, v); err != nil {
				return err
			}
		}
	}
}

// It goes on whether something fails or not.
func ping(ctx context.Context, every time.Duration, do func(context.Context) error, log func(error)) {
	for range time.Tick(every) {
		c, cancel := context.WithTimeout(ctx, every) // want `context of every iteration stays until the function returns`
		defer cancel()
		err := do(c)
		if err == nil {
			continue
		}
		log(err)
		if ctx.Err() != nil {
			return
		}
	}
}
