package page

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	// Marked text is in brackets.
	show := func(lines []codeLine) string {
		var b strings.Builder
		for _, l := range lines {
			mark := " "
			if l.Hit {
				mark = ">"
			}
			if l.Marked != "" {
				l.Marked = "[" + l.Marked + "]"
			}
			b.WriteString(mark + l.Before + l.Marked + l.After + "|")
		}
		return b.String()
	}
	const text = "package a\n\n\tif ok {\r\n\t\tkept = append(kept, größe)\n\t}\nend"
	long := strings.Repeat("x", maxLine-1)
	for name, test := range map[string]struct {
		text         string
		line, column int // where the range begins
		last, end    int // and where it ends
		around       int
		want         string
	}{
		"a part of a line":             {text, 4, 10, 4, 29, 0, ">kept = [append(kept, größ]e)|"},
		"lines around it":              {text, 4, 3, 4, 7, 1, " if ok {|>\t[kept] = append(kept, größe)| }|"},
		"the first lines":              {text, 1, 1, 1, 8, 2, ">[package] a| | \tif ok {|"},
		"the last line":                {text, 6, 1, 6, 4, 1, " \t}|>[end]|"},
		"more than one line":           {text, 3, 2, 5, 3, 0, ">[if ok {]|"},
		"an empty line":                {text, 2, 1, 2, 1, 0, ">|"},
		"no column":                    {text, 3, 0, 3, 0, 0, ">if ok {|"},
		"no end":                       {text, 3, 2, 3, 2, 0, ">if ok {|"},
		"an end before the beginning":  {text, 3, 5, 3, 2, 0, ">if ok {|"},
		"an end beyond the line":       {text, 6, 2, 6, 99, 0, ">e[nd]|"},
		"a column beyond the line":     {text, 6, 9, 6, 10, 0, ">end|"},
		"a column in the indentation":  {text, 4, 2, 4, 7, 0, ">[\tkept] = append(kept, größe)|"},
		"a line beyond the file":       {text, 7, 1, 7, 2, 3, ""},
		"no line":                      {text, 0, 1, 0, 2, 3, ""},
		"no text":                      {"", 1, 1, 1, 2, 3, ""},
		"a long line":                  {long + "äöü", 1, 1, 1, 3, 0, ">[xx]" + long[2:] + "…|"},
		"a long line with a late mark": {long + "yyy", 1, maxLine, 1, maxLine + 3, 0, ">" + long + "[y…]|"},
	} {
		got := excerpt([]byte(test.text), at("a.go", test.line, test.column), at("a.go", test.last, test.end), test.around)
		if show(got) != test.want {
			t.Errorf("%s: got %q, want %q", name, show(got), test.want)
		}
	}
}
