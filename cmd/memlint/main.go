// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"os"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/lsp"
)

func main() {
	suite := driver.Suite{Analyzers: memlint.Analyzers(), Keepers: retention.Keepers}
	if len(os.Args) > 1 && os.Args[1] == "lsp" {
		os.Exit(lsp.Main(suite, os.Args[2:]))
	}
	driver.Main(suite)
}
