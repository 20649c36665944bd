// Command gopls-memlint is gopls v0.24 with memlint inside. It is as the command
// in the folder above, which is for v0.23.
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/gopls/gopls-memlint/suite"
	"golang.org/x/tools/gopls/internal/cmd"
)

func main() {
	if err := suite.Add(); err != nil {
		fmt.Fprintln(os.Stderr, "gopls-memlint:", err)
		os.Exit(2)
	}
	cmd.Main()
}
