// Command memlint finds memory leaks in Go programs. See `memlint help`.
package main

import (
	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
)

func main() {
	driver.Main(memlint.Analyzers())
}
