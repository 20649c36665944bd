package measure

import (
	"fmt"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

const program = `package app // 1

var cache = map[string][]byte{} // 3

func handle(key string) { // 5
	cache[key] = load(key) // 6
} // 7

func load(key string) []byte { // 9
	return make([]byte, 1<<10) // 10
} // 11

func listen(b *bus) { // 13
	b.subscribe(func() {}) // 14
} // 15

type bus struct{ fns []func() } // 17

func (b *bus) subscribe(f func()) { // 19
	b.fns = append(b.fns, f) // 20
} // 21

func wait() { // 23
	ch := make(chan int) // 24
	go func() { // 25
		ch <- 1 // 26
	}() // 27
} // 28

func scratch() []byte { // 30
	return make([]byte, 1<<20) // 31
} // 32
`

func readProgram(string) ([]byte, error) { return []byte(program), nil }

// frames are stacks by the letters that cases have for them.
var frames = map[string]*profile.Frame{
	"handle":    {Func: "app.handle", File: "/b/app/app.go", Line: 6, Start: 5},
	"load":      {Func: "app.load", File: "/b/app/app.go", Line: 10, Start: 9},
	"listen":    {Func: "app.listen", File: "/b/app/app.go", Line: 14, Start: 13},
	"subscribe": {Func: "app.(*bus).subscribe", File: "/b/app/app.go", Line: 20, Start: 19},
	"chan":      {Func: "app.wait", File: "/b/app/app.go", Line: 24, Start: 23},
	"send":      {Func: "app.wait.func1", File: "/b/app/app.go", Line: 26, Start: 25},
	"go":        {Func: "app.wait", File: "/b/app/app.go", Line: 25, Created: true},
	"scratch":   {Func: "app.scratch", File: "/b/app/app.go", Line: 31, Start: 30},
	"gopark":    {Func: "runtime.gopark", File: "/go/src/runtime/proc.go", Line: 400, Start: 380},
	"malloc":    {Func: "runtime.mallocgc", File: "/go/src/runtime/malloc.go", Line: 1000, Start: 900},
	"other":     {Func: "net/http.(*conn).serve", File: "/go/src/net/http/server.go", Line: 2000, Start: 1900},
}

// stack returns the frames "malloc load handle", the innermost first.
func stack(names string) []*profile.Frame {
	var out []*profile.Frame
	for name := range strings.FieldsSeq(names) {
		if frames[name] == nil {
			panic("no frame " + name)
		}
		out = append(out, frames[name])
	}
	return out
}

// heap returns a heap profile, an hour after the one before: sites are "MiB stack".
func heap(hour int, sites ...string) *profile.Profile {
	p := &profile.Profile{Name: fmt.Sprintf("heap-%d", hour), Kind: profile.Heap, Time: time.Unix(int64(hour)*3600, 0)}
	for _, s := range sites {
		size, names, _ := strings.Cut(s, " ")
		mib, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			panic(err)
		}
		site := profile.Site{Stack: stack(names), Bytes: mib << 20, Objects: mib << 10}
		p.Sites = append(p.Sites, site)
		p.Bytes += site.Bytes
		p.Objects += site.Objects
	}
	return p
}

// goroutines returns a profile of them: sites are "number stack".
func goroutines(kind profile.Kind, hour int, sites ...string) *profile.Profile {
	p := &profile.Profile{Name: fmt.Sprintf("goroutine-%d", hour), Kind: kind, Time: time.Unix(int64(hour)*3600, 0)}
	for _, s := range sites {
		size, names, _ := strings.Cut(s, " ")
		n, err := strconv.Atoi(size)
		if err != nil {
			panic(err)
		}
		p.Sites = append(p.Sites, profile.Site{Stack: stack(names), Goroutines: n, Waited: 5 * time.Minute})
		p.Goroutines += n
	}
	return p
}

const file = "/src/app/app.go"

func on(line int) token.Position { return token.Position{Filename: file, Line: line} }

// finding returns one on a line, with other places on other lines.
func finding(line int, others ...int) report.Finding {
	f := report.Finding{Package: "app", Analyzer: "leak", Category: "kind", Pos: on(line), Message: fmt.Sprintf("line %d (leak/kind)", line)}
	for _, n := range others {
		f.Related = append(f.Related, report.Related{Pos: on(n)})
	}
	return f
}

// keyed returns one whose keys come from another line.
func keyed(line, from int) report.Finding {
	f := finding(line, from)
	f.Related[0].Message = "label comes from the request"
	return f
}

func latent(line int) report.Finding {
	f := finding(line)
	f.Latent = true
	f.Message = fmt.Sprintf("line %d (leak/kind, latent)", line)
	return f
}

func TestJoin(t *testing.T) {
	var (
		inCache = report.Keeper{At: report.Line{Line: 6}, Slot: "app.cache", Words: "package variable cache", From: report.Line{Line: 6}}
		inBus   = report.Keeper{At: report.Line{Line: 20}, Slot: "app.bus.fns", Words: "field bus.fns", From: report.Line{Line: 20}}
		waits   = report.Keeper{At: report.Line{Line: 24}, Slot: "goroutine in wait", Words: "goroutine in wait", From: report.Line{Line: 25}}
	)
	tests := []struct {
		name     string
		findings []report.Finding
		keepers  []report.Keeper
		silenced []report.Line
		profiles []*profile.Profile
		want     string
	}{
		{
			name:     "on the line of the finding",
			findings: []report.Finding{finding(10)},
			profiles: []*profile.Profile{heap(0, "3 malloc load handle", "1 malloc other")},
			want:     "10: 3.0 MiB in 3072 objects, 75 % of the heap",
		},
		{
			name:     "allocated by a function that the line calls",
			findings: []report.Finding{finding(6)},
			keepers:  []report.Keeper{inCache},
			profiles: []*profile.Profile{heap(0, "3 malloc load handle")},
			want:     "6: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "the finding is where it is kept, and it is allocated on the way",
			findings: []report.Finding{finding(14)},
			keepers:  []report.Keeper{inBus},
			profiles: []*profile.Profile{heap(0, "3 malloc subscribe listen")},
			want:     "14: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "another place of the finding",
			findings: []report.Finding{finding(6, 10)},
			profiles: []*profile.Profile{heap(0, "3 malloc load")},
			want:     "6: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "other places count where it is allocated, not for callers",
			findings: []report.Finding{finding(14, 6)},
			profiles: []*profile.Profile{heap(0, "3 malloc load handle")},
			want:     "14:\nlarge 10: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "where a key or label comes from is not what is large",
			findings: []report.Finding{keyed(6, 10)},
			profiles: []*profile.Profile{heap(0, "3 malloc load")},
			want:     "6:\nlarge 10: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "a package variable keeps it: callers have nothing to do with it",
			findings: []report.Finding{finding(14)},
			keepers:  []report.Keeper{inCache},
			profiles: []*profile.Profile{heap(0, "3 malloc handle listen")},
			want:     "14:\nlarge 6: 3.0 MiB in 3072 objects, 100 % of the heap; held by package variable cache",
		},
		{
			name:     "captured by the goroutine of the finding",
			findings: []report.Finding{finding(25)},
			keepers:  []report.Keeper{waits},
			profiles: []*profile.Profile{heap(0, "3 malloc chan")},
			want:     "25: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "grows",
			findings: []report.Finding{finding(10)},
			profiles: []*profile.Profile{heap(0, "10 load"), heap(1, "20 load"), heap(2, "30 load"), heap(3, "40 load"), heap(4, "50 load"), heap(5, "60 load")},
			want:     "10: 60.0 MiB in 61440 objects, 100 % of the heap; grows steadily by 10.0 MiB/h",
		},
		{
			name:     "does not grow: the profiles disagree",
			findings: []report.Finding{finding(10)},
			profiles: []*profile.Profile{heap(0, "10 load"), heap(1, "10 load"), heap(2, "10 load"), heap(3, "10 load"), heap(4, "10 load"), heap(5, "10 load")},
			want:     "10: 10.0 MiB in 10240 objects, 100 % of the heap; flat",
		},
		{
			name:     "what grows comes first, then what is large",
			findings: []report.Finding{finding(31), finding(10), finding(6)},
			profiles: []*profile.Profile{
				heap(0, "90 scratch", "10 load", "1 handle"), heap(1, "90 scratch", "10 load", "2 handle"), heap(2, "90 scratch", "10 load", "3 handle"),
				heap(3, "90 scratch", "10 load", "4 handle"), heap(4, "90 scratch", "10 load", "5 handle"), heap(5, "90 scratch", "10 load", "6 handle"),
			},
			want: "6: 6.0 MiB in 6144 objects, 6 % of the heap; grows steadily by 1.0 MiB/h\n" +
				"31: 90.0 MiB in 92160 objects, 85 % of the heap; flat\n" +
				"10: 10.0 MiB in 10240 objects, 9 % of the heap; flat",
		},
		{
			name:     "a place without a finding grows",
			findings: []report.Finding{finding(31)},
			keepers:  []report.Keeper{inCache},
			profiles: []*profile.Profile{heap(0, "10 load handle"), heap(1, "20 load handle"), heap(2, "30 load handle"), heap(3, "40 load handle"), heap(4, "50 load handle"), heap(5, "60 load handle")},
			want:     "31:\ngrows 10: 60.0 MiB in 61440 objects, 100 % of the heap; grows steadily by 10.0 MiB/h; held by package variable cache",
		},
		{
			name:     "what is small and does not grow is not told",
			profiles: []*profile.Profile{heap(0, "99 malloc other", "1 load")},
			want:     "",
		},
		{
			name:     "a comment silences the finding: the place is not told",
			silenced: []report.Line{{Line: 10}},
			profiles: []*profile.Profile{heap(0, "3 load handle")},
			want:     "silenced: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "a comment silences the finding about what keeps it",
			findings: []report.Finding{latent(10)},
			keepers:  []report.Keeper{inCache},
			silenced: []report.Line{{Line: 6}},
			profiles: []*profile.Profile{heap(0, "3 load handle")},
			want:     "latent 10:\nsilenced: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "latent, and many: manifest",
			findings: []report.Finding{latent(10)},
			profiles: []*profile.Profile{heap(0, "3 load")},
			want:     "10: 3.0 MiB in 3072 objects, 100 % of the heap",
		},
		{
			name:     "latent, and it does not grow: latent",
			findings: []report.Finding{latent(10)},
			profiles: []*profile.Profile{heap(0, "10 load"), heap(1, "10 load"), heap(2, "10 load"), heap(3, "10 load"), heap(4, "10 load"), heap(5, "10 load")},
			want:     "latent 10: 10.0 MiB in 10240 objects, 100 % of the heap; flat",
		},
		{
			name:     "latent, and the caller's finding tells of it",
			findings: []report.Finding{latent(10), finding(6)},
			profiles: []*profile.Profile{heap(0, "3 load handle")},
			want:     "6: 3.0 MiB in 3072 objects, 100 % of the heap\nlatent 10:",
		},
		{
			name:     "goroutines wait where the finding says",
			findings: []report.Finding{finding(25, 26)},
			profiles: []*profile.Profile{goroutines(profile.Goroutines, 0, "12 gopark send")},
			want:     "25: 12 goroutines for up to 5 min",
		},
		{
			name:     "goroutines were started there",
			findings: []report.Finding{finding(25)},
			profiles: []*profile.Profile{goroutines(profile.Goroutines, 0, "12 gopark send go")},
			want:     "25: 12 goroutines for up to 5 min",
		},
		{
			name:     "goroutines of a literal: nothing says who started them",
			findings: []report.Finding{finding(25)},
			profiles: []*profile.Profile{goroutines(profile.Goroutines, 0, "12 gopark send")},
			want:     "25: 12 goroutines for up to 5 min",
		},
		{
			name:     "nothing wakes them",
			findings: []report.Finding{latent(25)},
			profiles: []*profile.Profile{goroutines(profile.Leaked, 0, "2 gopark send")},
			want:     "25: 2 goroutines, 2 of which nothing can wake",
		},
		{
			name:     "many goroutines without a finding",
			profiles: []*profile.Profile{goroutines(profile.Goroutines, 0, "500 gopark send go")},
			want:     "large 26: 500 goroutines for up to 5 min; held by goroutine app.wait",
		},
		{
			name:     "another program",
			findings: []report.Finding{finding(10)},
			profiles: []*profile.Profile{heap(0, "3 malloc other")},
			want:     "10:\nerror: no stack of the profiles goes through the packages: they are of another program, or of other packages",
		},
		{
			name:     "no profiles",
			findings: []report.Finding{finding(10)},
			want:     "10:",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, measured, err := Join(Input{
				Module:   NewModule([]report.Package{{Path: "app", Name: "app", Files: []string{file}, Keepers: test.keepers, Silenced: test.silenced}}, readProgram),
				Findings: test.findings,
				Profiles: test.profiles,
			})
			if got := summary(found, measured, err); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// summary has a line for each finding, with what was measured, and for each place without.
func summary(found []report.Finding, measured *report.Measured, err error) string {
	var out []string
	for _, f := range found {
		line := fmt.Sprintf("%d:", f.Pos.Line)
		if f.Latent {
			line = "latent " + line
		}
		if f.Latent != strings.HasSuffix(f.Message, ", latent)") {
			line += " says " + f.Message
		}
		if f.Evidence != nil {
			line += " " + f.Evidence.Text()
		}
		out = append(out, line)
	}
	for _, s := range measured.Sites {
		f := s.Finding()
		if s.Evidence.At[0].Pos != s.Pos {
			out = append(out, fmt.Sprintf("a place on line %d is at %v", s.Pos.Line, s.Evidence.At))
		}
		out = append(out, fmt.Sprintf("%s %d: %s", f.Category, s.Pos.Line, f.Text()))
	}
	if s := measured.Silenced; s != nil {
		out = append(out, "silenced: "+s.Text())
	}
	if err != nil {
		out = append(out, "error: "+err.Error())
	}
	return strings.Join(out, "\n")
}

// FuzzJoin checks that whatever a profile says, it changes no finding but by evidence and
// order, and loses none.
func FuzzJoin(f *testing.F) {
	f.Add("app.load", "/b/app/app.go", 10, 9, int64(1<<20), 10)
	f.Add("app.(*bus).subscribe.func1.2-fm", `C:\app.go`, 0, -5, int64(-1), 26)
	f.Add("main.x[...].[", "app.go", 1<<30, 1<<30, int64(1)<<62, 6)
	f.Fuzz(func(t *testing.T, name, file string, line, start int, size int64, at int) {
		frame := &profile.Frame{Func: name, File: file, Line: line, Start: start}
		p := heap(0, "3 load handle")
		p.Sites = append(p.Sites, profile.Site{Stack: append([]*profile.Frame{frame}, stack("load handle")...), Bytes: size, Objects: 1})
		in := []report.Finding{finding(at), latent(6), finding(31, 10)}
		found, measured, _ := Join(Input{
			Module:   NewModule([]report.Package{{Path: "app", Name: "app", Files: []string{"/src/app/app.go"}}}, readProgram),
			Findings: in,
			Profiles: []*profile.Profile{p},
		})
		if len(found) != len(in) {
			t.Fatalf("%d findings, want %d", len(found), len(in))
		}
		for _, x := range in {
			if !slices.ContainsFunc(found, func(y report.Finding) bool { return x.Pos == y.Pos && x.Rule() == y.Rule() }) {
				t.Errorf("no finding on line %d", x.Pos.Line)
			}
		}
		for _, s := range measured.Sites {
			if n := s.Pos.Line; n < 1 || n > strings.Count(program, "\n") {
				t.Errorf("line %d is not in the file", n)
			}
		}
	})
}
