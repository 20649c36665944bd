// Command golangci-lint is golangci-lint with the plugin of memlint built in:
// the program that `golangci-lint custom` builds, but with modules from the
// module proxy instead of a clone.
package main

import (
	"fmt"
	"os"

	"github.com/golangci/golangci-lint/v2/pkg/commands"

	_ "github.com/memlint/memlint/golangci"
)

func main() {
	// golangci-lint keeps results for as long as its version stays the same. It
	// takes the hash of the executable if it has none, so that results do not
	// survive a change of the plugin.
	if err := commands.Execute(commands.BuildInfo{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
