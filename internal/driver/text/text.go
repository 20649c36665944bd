// Package text prints findings for people:
//
//	poll.go:14:7: ticker is not stopped on every path (timerleak/ticker-not-stopped)
//		poll.go:21:4: returns without calling Stop
//		fix: Defer Stop after the ticker is created
//
// One line per finding that begins with its position, so that editors and CI
// systems that know compilers know this too; what belongs to it is indented.
// Latent ones come last, under a heading.
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
		if f.Latent && (i == 0 || !findings[i-1].Latent) {
			out.WriteString(report.LatentHeading + "\n")
		}
		fmt.Fprintf(&out, "%s: %s\n", report.Position(f.Pos, dir), report.OneLine(f.Message))
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
