// Package text prints findings for people:
//
//	poll.go:14:7: ticker is not stopped on every path (timerleak/ticker-not-stopped)
//		poll.go:21:4: returns without calling Stop
//		fix: Defer Stop after the ticker is created
//
// One line per finding that begins with its position, so that editors and CI
// systems that know compilers know this too; what belongs to it is indented.
package text

import (
	"bytes"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// Format returns findings as text. File names below dir are relative to it.
func Format(findings []report.Finding, dir string) []byte {
	var out bytes.Buffer
	for _, f := range findings {
		fmt.Fprintf(&out, "%s: %s\n", Position(f.Pos, dir), oneLine(f.Message))
		for _, r := range f.Related {
			fmt.Fprintf(&out, "\t%s: %s\n", Position(r.Pos, dir), oneLine(r.Message))
		}
		// Only the first fix is ever applied, so only it is offered.
		if len(f.Fixes) > 0 {
			fmt.Fprintf(&out, "\tfix: %s\n", oneLine(f.Fixes[0].Title))
		}
	}
	return out.Bytes()
}

// Position returns pos as file:line:column, the file relative to dir if below it.
func Position(pos token.Position, dir string) string {
	pos.Filename = Path(pos.Filename, dir)
	return pos.String()
}

// Path returns file relative to dir if it is below dir, otherwise as it is.
func Path(file, dir string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}

// oneLine keeps a stray newline in a message from looking like a finding.
func oneLine(s string) string {
	return strings.ReplaceAll(s, "\n", " ")
}
