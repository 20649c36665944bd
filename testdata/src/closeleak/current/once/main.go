// Command once ends with what it has opened.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"

	"example.com/closing/internal/pump"
)

func main() {
	p := pump.Start()
	f, err := os.Create("once.log")
	if err != nil {
		os.Exit(1)
	}
	fmt.Fprintln(f, p.Use())
	var s step = copied{os.Args[1]}
	if len(os.Args) > 2 {
		s = moved{copied{os.Args[1]}}
	}
	s.Do()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		os.Exit(1)
	}
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		answer(each{}, c)
	}
}

// A step is called from main, once.
type step interface{ Do() error }

type copied struct{ path string }

func (c copied) Do() error { return c.read() }

func (c copied) read() error {
	f, err := os.Open(c.path)
	if err != nil {
		return err
	}
	if c.path == "-" {
		return errors.New("no name")
	}
	return f.Close()
}

type moved struct{ copied }

// An answerer is called for each connection.
type answerer interface{ Answer(c net.Conn) error }

type each struct{}

func answer(a answerer, c net.Conn) {
	a.Answer(c)
	c.Close()
}

func (each) Answer(c net.Conn) error {
	f, err := os.Open(c.RemoteAddr().String()) // want `file is not closed on every path`
	if err != nil {
		return err
	}
	if _, err := f.WriteTo(c); err != nil {
		return err
	}
	return f.Close()
}

// What gets the flags of a command is one.
func Run(set *flag.FlagSet) error {
	f, err := os.Open(set.Arg(0))
	if err != nil {
		return err
	}
	if set.NArg() > 1 {
		return errors.New("too many")
	}
	return f.Close()
}
