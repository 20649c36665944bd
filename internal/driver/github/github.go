// Package github prints findings as commands to a runner of GitHub Actions,
// which shows them next to the lines of a pull request:
//
//	::error file=poll.go,line=14,col=7,endLine=14,endColumn=24,title=timerleak/ticker-not-stopped::ticker is …
package github

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// Format returns a command for each finding, notes and fix in its message.
// File names below workspace, the folder that the repository is in, are
// relative to it: so the runner knows them.
func Format(findings []report.Finding, workspace string) []byte {
	var out bytes.Buffer
	for _, f := range findings {
		level := "error"
		if f.Aside() {
			level = "notice"
		}
		fmt.Fprintf(&out, "::%s file=%s,line=%d", level, property(path(f.Pos.Filename, workspace)), f.Pos.Line)
		if f.Pos.Column > 0 { // profiles know lines only
			fmt.Fprintf(&out, ",col=%d", f.Pos.Column)
		}
		// The runner refuses columns that are not on one line.
		if f.End.Line == f.Pos.Line && f.End.Column > f.Pos.Column {
			fmt.Fprintf(&out, ",endLine=%d,endColumn=%d", f.End.Line, f.End.Column)
		}
		fmt.Fprintf(&out, ",title=%s::", property(f.Rule()))
		lines := []string{f.Text()}
		if text := f.Measured(); text != "" {
			lines = append(lines, "measured: "+text)
		}
		for _, r := range f.Related {
			r.Pos.Filename = path(r.Pos.Filename, workspace)
			lines = append(lines, r.Pos.String()+": "+report.OneLine(r.Message))
		}
		if len(f.Fixes) > 0 {
			lines = append(lines, "fix: "+report.OneLine(f.Fixes[0].Title))
		}
		out.WriteString(data(strings.Join(lines, "\n")) + "\n")
	}
	return out.Bytes()
}

func path(file, workspace string) string {
	return filepath.ToSlash(report.Path(file, workspace))
}

// data escapes the message of a command as the runner unescapes it.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes the value of a property of a command.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
