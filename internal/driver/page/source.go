package page

import (
	"go/token"
	"strings"
	"unicode/utf8"
)

const (
	around  = 3   // lines before and after the one that is meant
	maxLine = 300 // bytes of a line that are shown
)

// A codeLine is a line of source. Of the one that is meant, Marked is the part
// that is; of all others, Before is everything.
type codeLine struct {
	N                     int
	Hit                   bool
	Before, Marked, After string
}

// excerpt returns the line of pos with some lines around it, without the
// indentation that they share. It is empty if the text has no such line.
func excerpt(text []byte, pos, end token.Position, around int) []codeLine {
	var lines []codeLine
	n := 0
	for text := range strings.Lines(string(text)) {
		if n++; n < pos.Line-around {
			continue
		}
		if n > pos.Line+around {
			break
		}
		text = strings.TrimRight(text, " \t\r\n")
		line := codeLine{N: n, Hit: n == pos.Line, Before: text}
		if line.Hit {
			line.Before, line.Marked, line.After = divide(text, pos, end)
		}
		lines = append(lines, line)
	}
	if n < pos.Line || pos.Line <= 0 {
		return nil
	}
	dedent(lines)
	for i := range lines {
		l := &lines[i]
		room := maxLine
		for _, part := range []*string{&l.Before, &l.Marked, &l.After} {
			*part = clip(*part, &room)
		}
	}
	return lines
}

// divide returns what is before, in and after the range that begins at pos.
func divide(line string, pos, end token.Position) (before, marked, after string) {
	from, to := pos.Column-1, len(line)
	if from < 0 || from >= len(line) {
		return line, "", ""
	}
	if end.Filename == pos.Filename && end.Line == pos.Line {
		to = max(from, min(to, end.Column-1))
	}
	return line[:from], line[from:to], line[to:]
}

// dedent removes the tabs with which all lines begin that are not empty.
func dedent(lines []codeLine) {
	shared := -1
	for _, l := range lines {
		tabs := len(l.Before) - len(strings.TrimLeft(l.Before, "\t"))
		if l.Before+l.Marked != "" && (shared < 0 || tabs < shared) {
			shared = tabs
		}
	}
	for i := range lines {
		if l := &lines[i]; l.Before != "" {
			l.Before = l.Before[shared:]
		}
	}
}

// clip returns what of s there is room for, and takes the room.
func clip(s string, room *int) string {
	if len(s) <= *room {
		*room -= len(s)
		return s
	}
	if *room == 0 {
		return ""
	}
	n := *room
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	*room = 0
	return s[:n] + "…"
}
