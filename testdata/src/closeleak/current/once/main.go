// Command once ends with what it has opened.
package main

import (
	"fmt"
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
}
