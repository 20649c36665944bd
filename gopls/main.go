// Command gopls-memlint is gopls v0.23 with memlint inside: an editor that runs
// it for gopls shows what memlint finds, with links and quick fixes.
//
// gopls loads no analyzers of others (golang/go#59869), but lets modules below
// its own path use what is internal to it. Hence the path of this module. The
// folder v0.24 has the same for the next version, whose main function differs.
//
// Unlike the original, it sends no telemetry, since its crashes are not those of
// the Go team.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/tools/gopls/gopls-memlint/suite"
	"golang.org/x/tools/gopls/internal/cmd"
	"golang.org/x/tools/gopls/internal/filecache"
	"golang.org/x/tools/gopls/internal/tool"
)

func main() {
	if err := suite.Add(); err != nil {
		fmt.Fprintln(os.Stderr, "gopls-memlint:", err)
		os.Exit(2)
	}
	// gopls keeps what it knows in a folder and ends when it cannot; as in its own
	// main function, let that be now.
	if _, err := filecache.Get("none", [32]byte{}, filecache.Bytes); err != nil && err != filecache.ErrNotFound {
		fmt.Fprintln(os.Stderr, "gopls-memlint: open the cache of gopls:", err)
		os.Exit(2)
	}
	tool.Main(context.Background(), cmd.New(), os.Args[1:])
}
