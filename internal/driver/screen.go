package driver

import (
	"cmp"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"
)

// Terminal reports whether w is one, and how many columns and lines it has, 0 if
// it does not say.
func Terminal(w io.Writer) (width, height int, ok bool) {
	f, isFile := w.(interface{ Fd() uintptr })
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, 0, false
	}
	width, height, _ = term.GetSize(int(f.Fd()))
	return width, height, true
}

func isTerminal(w io.Writer) (width int, ok bool) {
	width, _, ok = Terminal(w)
	return width, ok
}

// Obeys reports whether terminals obey escape sequences, by what they say of
// themselves. Those of Windows that do set one of these variables.
func Obeys() bool {
	return os.Getenv("TERM") != "dumb" &&
		(runtime.GOOS != "windows" || cmp.Or(os.Getenv("TERM"), os.Getenv("WT_SESSION")) != "")
}

// look decides how findings look on w: with source for people who look at a
// terminal, and in colour if that is wanted (https://no-color.org).
func (c *commandLine) look(w io.Writer) (source, colour bool) {
	_, source = isTerminal(w)
	switch c.color {
	case "always":
		return true, true
	case "never":
		return source, false
	}
	return source, source && Obeys() && os.Getenv("NO_COLOR") == ""
}
