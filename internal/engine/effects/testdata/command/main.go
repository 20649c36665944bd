// Command command: main runs once, and nobody imports the package.
package main

import "os"

func once(...any)  {}
func often(...any) {}

func main() {
	once()
	setUp()
	Exported()
	for {
		often()
		handle()
	}
}

func setUp() {
	for _, arg := range os.Args {
		once(arg)
	}
}

// Exported says nothing in package main.
func Exported() { once() }

func handle() { often() }
