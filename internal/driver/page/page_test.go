package page

import (
	"bytes"
	"flag"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write the golden files")

const source = `package poll

import "time"

func poll(d time.Duration) {
	if d > 0 {
		t := time.NewTicker(d)
		for range t.C {
			println("a < b && c > d", d)
		}
	}
}
`

func at(file string, line, column int) token.Position {
	return token.Position{Filename: file, Line: line, Column: column}
}

// growing is a series of n samples, a quarter of an hour apart.
func growing(n int, from, step float64) []report.Sample {
	start := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	var series []report.Sample
	for i := range n {
		series = append(series, report.Sample{Time: start.Add(time.Duration(i) * 15 * time.Minute), Value: from + step*float64(i)})
	}
	return series
}

// measuredReport has one of all that a page shows.
func measuredReport() Report {
	here := func(line, column int) token.Position { return at("/m/in/poll.go", line, column) }
	const mib = 1 << 20
	return Report{
		Findings: []report.Finding{
			{
				Package: "example.com/m/in", Analyzer: "timerleak", Category: "ticker-not-stopped", Decl: "poll",
				URL: "https://example.com/timerleak.md#ticker-not-stopped",
				Pos: here(7, 8), End: here(7, 25),
				Message: "ticker is not stopped on every path; held by the runtime timer heap (timerleak/ticker-not-stopped)",
				Related: []report.Related{
					{Pos: here(8, 3), End: here(8, 18), Message: "waits here"},
					{Pos: at("/elsewhere/lib.go", 21, 4), Message: "made here, in a file that is gone"},
				},
				Fixes: []report.Fix{{Title: "Defer Stop after the ticker is created"}, {Title: "Call time.Tick"}},
				Evidence: &report.Evidence{
					Bytes: 96 * mib, Objects: 1_234_567, Share: 0.375,
					Goroutines: 412, Waited: 3*time.Hour + 12*time.Minute, Leaked: 400,
					Trend: &report.Trend{Verdict: report.Steady, PerHour: 24 * mib, Unit: "bytes", Series: growing(4, 78*mib, 6*mib)},
					At:    []report.Spot{{Pos: here(7, 0), Func: "example.com/m/in.poll"}},
				},
			},
			{
				Analyzer: "poolleak", Category: "no-size-check", Pos: at("/m/gone.go", 16, 8), Message: "buffer goes back to the pool whatever its size",
				Evidence: &report.Evidence{
					Bytes: 4096, Objects: 1, Share: 0.0001,
					Trend: &report.Trend{Verdict: report.Unclear, PerHour: 0.001, Unit: "bytes", Series: growing(3, 4096, 0)},
				},
			},
			{Analyzer: "other", Pos: at("/m/in/poll.go", 99, 1), Message: "beyond the end\nof the file"},
			{
				Analyzer: "globalgrowth", Category: "map-only-grows", Latent: true, Pos: here(9, 4), End: here(9, 11),
				Message: "map gets keys and never loses any; held by package variable hooks (globalgrowth/map-only-grows, latent)",
			},
		},
		Measured: &report.Measured{
			Profiles:   []string{"heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz", "heap-4.pb.gz"},
			Heap:       growing(4, 178*mib, 26*mib),
			Goroutines: growing(4, 300, 50),
			Growth:     &report.Trend{Verdict: report.Steps, PerHour: 104 * mib, Unit: "bytes"},
			Elsewhere:  20 * mib,
			Sites: []report.Site{{
				Pos: here(9, 4), Func: "example.com/m/in.(*Log[...]).Append.func1",
				Stack: []report.Spot{
					{Func: "bytes.growSlice", Pos: token.Position{Filename: "bytes/buffer.go", Line: 249}},
					{Func: "example.com/m/in.(*Log[...]).Append.func1", Pos: token.Position{Filename: "/build/in/poll.go", Line: 9}},
				},
				Holder:   "package variable sessions",
				HeldAt:   here(5, 6),
				Evidence: report.Evidence{Bytes: 40 * mib, Objects: 7, Share: 0.156},
			}},
		},
		Rules: []report.Rule{
			{Analyzer: "timerleak", Category: "timer-not-stopped", Text: "Has no findings."},
			{
				Analyzer: "timerleak", Category: "ticker-not-stopped", URL: "https://example.com/timerleak.md#ticker-not-stopped",
				Text: "The result stays in the function. A path\nleaves it without Stop.\n\n\tfunc poll() {\n\t\treturn\n\t}",
			},
		},
		Problems: []string{"b/b.go:3:8: undefined: undefined"},
		Module:   "example.com/m",
		Dir:      "/m",
		Version:  "v1.2.3",
		Source: func(file string) []byte {
			if file == "/m/in/poll.go" {
				return []byte(source)
			}
			return nil
		},
	}
}

// staticReport is of a run without profiles.
func staticReport() Report {
	r := measuredReport()
	r.Measured, r.Problems = nil, nil
	for i := range r.Findings {
		r.Findings[i].Evidence = nil
	}
	return r
}

// embedded is what golden files leave out, since it is in files of its own.
var embedded = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>|content="default-src[^"]*"`)

func TestFormat(t *testing.T) {
	for golden, r := range map[string]Report{
		"testdata/measured.html": measuredReport(),
		"testdata/static.html":   staticReport(),
		"testdata/nothing.html":  {Module: "example.com/m", Dir: "/m"},
		"testdata/broken.html":   {Module: "example.com/m", Dir: "/m", Problems: []string{"b/b.go:3:8: undefined: undefined"}},
	} {
		got := embedded.ReplaceAll(Format(r), nil)
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

// hostile is what no code or profile should be able to do in a page: run as
// script, close what it is in, look like something else, or command a terminal.
const hostile = "</script></style></title><script>document.title = 'hostile'</script>\"'><img src=x onerror=\"document.title = 'hostile'\">" +
	" onclick=alert(1) {{.}} `${1}` <!-- --> \x00\x1b[2J\x1b]0;hostile\a\x7f\u0085\u202e\u2066\xff\xc0\xaf &lt;ende&gt;"

// filledReport has a text in all its strings, and for source.
func filledReport(text string) Report {
	var r Report
	fill(reflect.ValueOf(&r).Elem(), text)
	r.Source = func(string) []byte { return []byte("a\n" + text + "\nb\n") }
	latent := r.Findings[0]
	latent.Latent = true
	r.Findings = append(r.Findings, latent)
	return r
}

// fill gives each field of a value something that is shown.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), text)
		fill(v.Index(1), text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	case reflect.Bool, reflect.Func, reflect.Array:
		// The caller decides, and sums are not shown.
	default:
		panic("no text for " + v.Type().String())
	}
}

func TestHostileText(t *testing.T) {
	page := Format(filledReport(hostile))
	if !utf8.Valid(page) {
		t.Error("the page is not UTF-8")
	}
	if i := bytes.IndexFunc(page, func(r rune) bool { return legible(r) != r }); i >= 0 {
		t.Errorf("%q is in the page", page[i:min(i+20, len(page))])
	}
	for tag, want := range map[string]int{"<script": 1, "</script": 1, "<style": 1, "</style": 1, "</title": 1, "<img": 0, "<!--": 0} {
		if got := bytes.Count(page, []byte(tag)); got != want {
			t.Errorf("%s is in the page %d times, want %d", tag, got, want)
		}
	}
	// What is shown is all of it, with a sign for what cannot be shown.
	shown := "&lt;!-- --&gt; ��[2J�]0;hostile�������� &amp;lt;ende&amp;gt;"
	if n := bytes.Count(page, []byte(shown)); n < 30 {
		t.Errorf("%s is in the page %d times only", shown, n)
	}
}

func TestLinks(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.com/a?b=c&d=\"#e": `<a href="https://example.com/a?b=c&amp;d=%22#e"`,
		"javascript:alert(1)":              `<p class="rule">x</p>`,
		" JavaScript:alert(1)":             `<p class="rule">x</p>`,
		"data:text/html,<b>":               `<p class="rule">x</p>`,
		"#category":                        `<p class="rule">x</p>`,
	} {
		page := Format(Report{Findings: []report.Finding{{Analyzer: "x", Message: "m", URL: url}}})
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("a rule at %q is not %s", url, want)
		}
	}
}

// TestMany checks that a page of a large run has all findings and a size that
// browsers can take.
func TestMany(t *testing.T) {
	one := measuredReport().Findings[0]
	one.Evidence.Trend.Series = growing(10_000, 0, 1)
	one.Related = one.Related[:1]
	for range 100 {
		one.Related = append(one.Related, one.Related[0])
		one.Evidence.At = append(one.Evidence.At, one.Evidence.At[0])
	}
	r := measuredReport()
	r.Findings = nil
	for range 5000 {
		r.Findings = append(r.Findings, one)
	}
	for range 1000 {
		r.Measured.Sites = append(r.Measured.Sites, r.Measured.Sites[0])
		r.Measured.Sites[0].Stack = append(r.Measured.Sites[0].Stack, report.Spot{Func: "main.main", Pos: token.Position{Filename: "main.go", Line: 1}})
		r.Problems = append(r.Problems, r.Problems[0])
		r.Measured.Profiles = append(r.Measured.Profiles, "heap.pb.gz")
	}
	r.Measured.Heap = growing(100_000, 0, 1)
	r.Measured.Goroutines = growing(100_000, 0, 1)
	r.Source = func(string) []byte {
		return []byte(strings.Repeat(strings.Repeat("x", 1000)+"\n", 20))
	}
	page := Format(r)
	if len(page) > 20<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{
		`<article id="f5000"`, "Only the first 300 are shown with their source.",
		"<p class=\"note\">89 more are not shown.</p>\n</details>", "<p class=\"note\">97 more are not shown.</p>\n</details></li>", "<p class=\"note\">901 more are not shown.</p>\n</section>",
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if n := bytes.Count(page, []byte(`class="hit"`)); n != (1+maxPath)*maxDetailed+maxSites {
		t.Errorf("%d lines of source are marked", n)
	}
}
