package lsp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/lsp/proxy"
)

const usage = `memlint lsp is memlint as a language server, for editors.

Usage:

	memlint lsp [flags]
	memlint lsp [flags] -proxy gopls [arguments of gopls]

The first one stands beside gopls. The second one starts gopls and stands
between it and the editor, which sees one server with what both of them say.

Flags are -baseline, -config, -disable, -enable, -latent, -profile, -tags, -tests
and those of analyzers, as memlint has them.
`

// Exit codes. That of gopls passes through.
const (
	exitDone   = 0
	exitHungUp = 1 // the editor did not say goodbye
	exitFailed = 2
)

// Command is the command `memlint lsp`.
var Command = driver.Subcommand{Name: "lsp", Flags: flags, Main: run}

// flags returns the flags of the command. What follows -proxy is not for it, so that it
// is told from others before they are read.
func flags(suite driver.Suite) (*flag.FlagSet, error) {
	flags, err := driver.SessionFlags(suite)
	if err == nil {
		flags.String("proxy", "", "start `command`, such as gopls, and stand between it and the editor")
	}
	return flags, err
}

// run runs the command and returns the exit code.
func run(suite driver.Suite, args []string) int {
	// The protocol has the standard output for itself.
	stdout := os.Stdout
	os.Stdout = os.Stderr

	fail := func(err error) int {
		fmt.Fprintf(os.Stderr, "memlint: lsp: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		return exitFailed
	}
	args, other, isProxy := cutProxy(args)
	session, err := driver.NewSession(suite, args)
	if errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, usage)
		return exitDone
	}
	if err != nil {
		return fail(err)
	}
	ctx := context.Background()
	editor := stdio{os.Stdin, stdout}
	if !isProxy {
		asked, err := Serve(ctx, editor, session, driver.Version())
		switch {
		case err != nil:
			return fail(fmt.Errorf("message of the editor: %w", err))
		case !asked:
			return exitHungUp
		}
		return exitDone
	}
	if len(other) == 0 {
		return fail(errors.New("-proxy needs a command, such as gopls"))
	}
	code, err := proxy.Run(ctx, editor, os.Stderr, other, func(conn io.ReadWriteCloser) {
		Serve(ctx, conn, session, driver.Version())
	})
	if err != nil {
		return fail(err)
	}
	return code
}

// cutProxy returns the arguments before -proxy, and the command behind it.
func cutProxy(args []string) (before, command []string, found bool) {
	for i, arg := range args {
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if name != "-proxy" && name != "proxy" || !strings.HasPrefix(arg, "-") {
			continue
		}
		command = args[i+1:]
		if hasValue {
			command = append([]string{value}, command...)
		}
		return args[:i], command, true
	}
	return args, nil, false
}

// stdio is the connection to who started the process.
type stdio struct {
	io.ReadCloser
	out io.WriteCloser
}

// Write writes to the standard output.
func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }
