package terminal

import (
	"bytes"
	"flag"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write the golden files")

const source = `package poll

func poll(d time.Duration) error {
	t := time.NewTicker(d)
	größe, x := 1,	make(map[string]func())
	if err := f(
		d,
	); err != nil { return err }
	for range t.C { /* ` + "\x1b[2J\a" + ` */ }
	log.Println("日本語 😀 e` + "\u0301" + `", time.Tick(d))
}
`

func findings() []report.Finding {
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	here := func(line, column int) token.Position { return at("/m/poll.go", line, column) }
	return []report.Finding{
		{
			Analyzer: "timerleak", Category: "ticker-not-stopped", Pos: here(4, 7), End: here(4, 24),
			Message: "ticker is not stopped on every path; held by the runtime timer heap (timerleak/ticker-not-stopped)",
			Related: []report.Related{
				{Pos: here(8, 18), End: here(8, 28), Message: "returns without calling Stop"},
				{Pos: at("/elsewhere/lib.go", 1234, 1), Message: "made here, in a file that is gone"},
			},
			Fixes: []report.Fix{{Title: "Defer Stop after the ticker is created"}, {Title: "never shown"}},
		},
		{Pos: here(5, 21), End: here(5, 25), Message: "behind a tab and letters of two bytes"},
		{Pos: here(6, 12), End: here(8, 3), Message: "over several lines"},
		{Pos: here(9, 2), End: here(9, 2), Message: "no end, and what a terminal would obey"},
		{Pos: here(9, 99), End: here(9, 99), Message: "beyond the end of the line"},
		{Pos: here(99, 1), End: here(99, 1), Message: "beyond the end of the file"},
		{Pos: here(10, 36), End: here(10, 48), Message: "behind letters of two columns, and an accent of none"},
		{Pos: at("/m/long.go", 1, 1), End: at("/m/long.go", 1, 2), Message: "two\nlines, and one that is too long"},
		{Pos: at("/m/long.go", 1, 150), End: at("/m/long.go", 1, 250), Message: "the middle of it"},
		{Pos: at("/m/long.go", 1, 290), End: at("/m/long.go", 1, 301), Message: "its end"},
		{Message: "no position"},
		{
			Analyzer: "globalgrowth", Category: "map-only-grows", Latent: true, Pos: here(4, 7), End: here(4, 24),
			Message: "map gets keys and never loses any; held by package variable hooks (globalgrowth/map-only-grows, latent)",
			Related: []report.Related{{Pos: here(3, 6), Message: "declared here"}},
		},
		{Pos: here(9, 2), End: here(9, 5), Message: "another", Latent: true},
	}
}

func TestFormat(t *testing.T) {
	read := func(file string) []byte {
		switch file {
		case "/m/poll.go":
			return []byte(source)
		case "/m/long.go":
			return bytes.Repeat([]byte("0123456789"), 30)
		}
		return nil
	}
	for golden, style := range map[string]Style{
		"testdata/colour.txt":  {Colour: true, Source: read},
		"testdata/plain.txt":   {Source: read},
		"testdata/narrow.txt":  {Source: read, Width: 40},
		"testdata/nothing.txt": {},
	} {
		got := Format(findings(), "/m", style)
		if *update {
			if err := os.WriteFile(golden, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got:\n%s\nwant:\n%s", golden, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	const digits = "012345678901234567890123456789" // and letters of two columns
	for _, test := range []struct {
		name, shown string
		start, stop int
		want, mark  string
	}{
		{"fits", digits[:20], 18, 20, "01234567890123456789", "                  ^~"},
		{"in front", digits, 2, 5, "01234567890123456...", "  ^~~"},
		{"in the middle", digits, 12, 18, "...01234567890123...", "     ^~~~~~"},
		{"at the end", digits, 28, 30, "...34567890123456789"[:20], "                  ^~"},
		{"longer than there is room", digits, 7, 29, "...56789012345678...", "     ^~~~~~~~~~~~~~~"},
		{"from the start", digits, 0, 30, "01234567890123456...", "^~~~~~~~~~~~~~~~~~~~"},
		{"half letters", strings.Repeat("日", 15), 13, 19, "... 日日日日日日 ...", "     ^~~~~~"},
	} {
		got, start, stop := clip(test.shown, test.start, test.stop, 20)
		if mark := strings.Repeat(" ", start) + "^" + strings.Repeat("~", stop-start-1); got != test.want || mark != test.mark {
			t.Errorf("%s:\n got %q\n     %q\nwant %q\n     %q", test.name, got, mark, test.want, test.mark)
		}
	}
}

func TestFormatNothing(t *testing.T) {
	if got := Format(nil, "/m", Style{Colour: true}); len(got) != 0 {
		t.Errorf("no findings print %q", got)
	}
}
