// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"os"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/lsp"
	"github.com/memlint/memlint/internal/watch"
)

func main() {
	analyzers := memlint.Analyzers()
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "lsp":
			os.Exit(lsp.Main(analyzers, os.Args[2:]))
		case "watch":
			os.Exit(watch.Main(analyzers, os.Args[2:]))
		}
	}
	driver.Main(analyzers)
}
