// Package text prints findings for people:
//
//	poll.go:14:7: ticker is not stopped on every path (timerleak/ticker-not-stopped)
//		poll.go:21:4: returns without calling Stop
//		fix: Defer Stop after the ticker is created
//
// One line per finding that begins with its position, so that editors and CI
// systems that know compilers know this too; what belongs to it is indented.
// Latent ones come behind, under a heading, and so does what only profiles know.
package text

import (
	"bytes"
	"fmt"

	"github.com/memlint/memlint/internal/driver/report"
)

// Format returns findings, which are sorted, as text. File names below dir are relative to it.
func Format(findings []report.Finding, dir string) []byte {
	var out bytes.Buffer
	for i, f := range findings {
		if heading := report.Heading(findings, i); heading != "" {
			out.WriteString(heading + "\n")
		}
		fmt.Fprintf(&out, "%s: %s\n", report.Position(f.Pos, dir), report.OneLine(f.Message))
		if text := f.Measured(); text != "" {
			fmt.Fprintf(&out, "\tmeasured: %s\n", text)
		}
		for _, r := range f.Related {
			fmt.Fprintf(&out, "\t%s: %s\n", report.Position(r.Pos, dir), report.OneLine(r.Message))
		}
		// Only the first fix is ever applied, so only it is offered.
		if len(f.Fixes) > 0 {
			fmt.Fprintf(&out, "\tfix: %s\n", report.OneLine(f.Fixes[0].Title))
		}
	}
	return out.Bytes()
}
