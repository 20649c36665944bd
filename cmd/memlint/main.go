// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/lsp"
	"github.com/memlint/memlint/internal/watch"
)

func main() {
	driver.Main(driver.Suite{
		Analyzers: memlint.Analyzers(),
		Keepers:   retention.Keepers,
		Commands:  []driver.Subcommand{lsp.Command, watch.Command},
	})
}
