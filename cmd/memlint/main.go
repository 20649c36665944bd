// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"os"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/lsp"
	"github.com/memlint/memlint/internal/watch"
)

func main() {
	suite := driver.Suite{Analyzers: memlint.Analyzers(), Keepers: retention.Keepers}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "lsp":
			os.Exit(lsp.Main(suite, os.Args[2:]))
		case "watch":
			os.Exit(watch.Main(suite, os.Args[2:]))
		}
	}
	driver.Main(suite)
}
