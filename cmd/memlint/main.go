// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"os"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/lsp"
)

func main() {
	analyzers := memlint.Analyzers()
	if len(os.Args) > 1 && os.Args[1] == "lsp" {
		os.Exit(lsp.Main(analyzers, os.Args[2:]))
	}
	driver.Main(analyzers)
}
