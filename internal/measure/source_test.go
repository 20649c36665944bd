package measure

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

// files are a module as it is today. Lines are numbered so that tests can be read.
var files = map[string]string{
	"/src/app/store/store.go": `package store // 1

type Store[K comparable] struct{ m map[K][]byte } // 3

func New[K comparable]() *Store[K] { // 5
	return &Store[K]{m: make(map[K][]byte)} // 6
} // 7

// Put is documented.
func (s *Store[K]) Put(k K, n int) { // 10
	// A comment.
	s.m[k] = make([]byte, n) // 12
} // 13

func each(f func()) { // 15
	f() // 16
	go func() { // 17
		f() // 18
		defer func() { // 19
			println(f) // 20
		}() // 21
	}() // 22
	go func() { println() }() // 23
} // 24

var hook = func() { // 26
	println(len("x")) // 27
} // 28

func (s Store[K]) Len() int { // 30
	return len(s.m) + cap(new([1]int)[:]) // 31
}

func nested() { // 34
	func() { // 35
		func() { println() }() // 36
	}() // 37
	for range each(nil) { // 38
		println() // 39
	} // 40
	println() // 41
} // 42

const windows = false // 44

func dead() { // 46
	if windows { // 47
		func() { // 48
			println() // 49
		}() // 50
	}
	func() { // 52

		println() // 54

		println() // 56
	}() // 57
} // 58

var table = make([]int, 100) // 60

func init() { println() } // 62

func init() { // 64
	println() // 65
} // 66

func assembly(n int) // 68
`,
	"/src/app/cmd/a/main.go": `package main // 1

func main() { // 3
	run() // 4
}

func run() { // 7
	println() // 8
}
`,
	"/src/app/go.mod": "module example.com/app",
	"/src/app/serve.go": `package main // 1

func serve() { // 3
	println() // 4
}
`,
	"/src/app/cmd/b/main.go": `package main // 1

func main() { // 3

	run() // 5
}

func run() { println() } // 8
`,
}

var packages = []report.Package{
	{Path: "example.com/app/store", Name: "store", Files: []string{"/src/app/store/store.go"}},
	{Path: "example.com/app/cmd/a", Name: "main", Files: []string{"/src/app/cmd/a/main.go"}},
	{Path: "example.com/app", Name: "main", Files: []string{"/src/app/serve.go"}},
	{Path: "example.com/app/cmd/b", Name: "main", Files: []string{"/src/app/cmd/b/main.go"}},
}

func read(name string) ([]byte, error) {
	if text, ok := files[name]; ok {
		return []byte(text), nil
	}
	return nil, errors.New("no such file")
}

func TestResolve(t *testing.T) {
	const (
		other   = "/go/pkg/mod/example.org/db/store/store.go"
		trimmed = "example.com/app/store/store.go"
		built   = "/builds/4711/app/store/store.go"
	)
	tests := []struct {
		name  string
		frame profile.Frame
		want  string // file:line, "" if it is no line of the module
	}{
		{"as it is", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: "/src/app/store/store.go", Line: 12, Start: 10}, "store/store.go:12"},
		{"another machine", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: built, Line: 12, Start: 10}, "store/store.go:12"},
		{"another system", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: `C:\build\app\store\store.go`, Line: 12, Start: 10}, "store/store.go:12"},
		{"-trimpath", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: trimmed, Line: 12, Start: 10}, "store/store.go:12"},
		{"a version of the module cache", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: "example.com/app@v1.2.3/store/store.go", Line: 12, Start: 10}, "store/store.go:12"},
		{"vendored", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: "/other/vendor/example.com/app/store/store.go", Line: 12, Start: 10}, "store/store.go:12"},
		{"a fork under another path", profile.Frame{Func: "example.org/fork/store.(*Store[...]).Put", File: "/builds/fork/store/store.go", Line: 12, Start: 10}, "store/store.go:12"},
		{"type arguments written out", profile.Frame{Func: "example.com/app/store.(*Store[go.shape.string]).Put", File: built, Line: 12, Start: 10}, "store/store.go:12"},
		{"receiver that is no pointer", profile.Frame{Func: "example.com/app/store.Store[...].Len", File: built, Line: 31, Start: 30}, "store/store.go:31"},
		{"function", profile.Frame{Func: "example.com/app/store.New[...]", File: built, Line: 6, Start: 5}, "store/store.go:6"},
		{"bound method", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put-fm", File: built, Line: 12, Start: 10}, "store/store.go:12"},
		{"literal", profile.Frame{Func: "example.com/app/store.each.func1", File: built, Line: 18, Start: 17}, "store/store.go:18"},
		{"literal in a literal", profile.Frame{Func: "example.com/app/store.each.func1.1", File: built, Line: 20, Start: 19}, "store/store.go:20"},
		{"the second literal", profile.Frame{Func: "example.com/app/store.each.func2", File: built, Line: 23, Start: 23}, "store/store.go:23"},
		{"literal that was inlined elsewhere", profile.Frame{Func: "example.com/app/cmd/a.run.each.func2", File: built, Line: 23, Start: 23}, "store/store.go:23"},
		{"literal of a variable", profile.Frame{Func: "example.com/app/store.init.func1", File: built, Line: 27, Start: 26}, "store/store.go:27"},
		{"the same by its old name", profile.Frame{Func: "example.com/app/store.glob..func1", File: built, Line: 27, Start: 26}, "store/store.go:27"},
		{"literal of a literal that was inlined", profile.Frame{Func: "example.com/app/store.nested.nested.func1.func2", File: built, Line: 36, Start: 36}, "store/store.go:36"},
		{"literal after one that is never reached", profile.Frame{Func: "example.com/app/store.dead.func1", File: built, Line: 56, Start: 52}, "store/store.go:56"},
		{"body of a loop over a function", profile.Frame{Func: "example.com/app/store.nested-range1", File: built, Line: 39, Start: 38}, "store/store.go:39"},
		{"value of a variable", profile.Frame{Func: "example.com/app/store.init", File: built, Line: 60, Start: 1}, "store/store.go:60"},
		{"the second init", profile.Frame{Func: "example.com/app/store.init.1", File: built, Line: 45, Start: 44}, "store/store.go:65"},
		{"literal of a variable that has moved", profile.Frame{Func: "example.com/app/store.init.func1", File: built, Line: 13, Start: 12}, "store/store.go:27"},

		{"moved down by two lines since", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: built, Line: 10, Start: 8}, "store/store.go:12"},
		{"moved, and the profile does not say from where", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: built, Line: 11}, "store/store.go:12"},
		{"a comment came in since", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: built, Line: 10, Start: 9}, "store/store.go:12"},
		{"moved to another file since", profile.Frame{Func: "example.com/app/store.New[...]", File: "/builds/app/store/old.go", Line: 41, Start: 40}, "store/store.go:6"},

		{"main of the one command", profile.Frame{Func: "main.main", File: "/b/app/cmd/a/main.go", Line: 4, Start: 3}, "cmd/a/main.go:4"},
		{"main of a command that is not here", profile.Frame{Func: "main.main", File: "/b/app/cmd/c/main.go", Line: 4, Start: 3}, ""},
		{"command of the module, in a folder of another name", profile.Frame{Func: "main.serve", File: "/b/other/serve.go", Line: 4, Start: 3}, "serve.go:4"},
		{"main of the other", profile.Frame{Func: "main.main", File: "/b/app/cmd/b/main.go", Line: 5, Start: 3}, "cmd/b/main.go:5"},

		{"function of others", profile.Frame{Func: "net/http.(*conn).serve", File: "/go/src/net/http/server.go", Line: 2000, Start: 1900}, ""},
		{"function of others with the same name, in a file of the same name", profile.Frame{Func: "example.org/db/store.New[...]", File: other, Line: 6}, ""},
		{"function in assembly", profile.Frame{Func: "example.com/app/store.assembly", File: "/src/app/store/store_amd64.s", Line: 68, Start: 68}, ""},
		{"another function is where it was", profile.Frame{Func: "example.com/app/store.Gone", File: built, Line: 6, Start: 5}, ""},
		{"function that is no more", profile.Frame{Func: "example.com/app/store.Gone", File: built, Line: 100, Start: 90}, ""},
		{"beyond the end of the function", profile.Frame{Func: "example.com/app/store.(*Store[...]).Put", File: built, Line: 40, Start: 10}, ""},
		{"an address", profile.Frame{Func: "0x401234"}, ""},
		{"no name", profile.Frame{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := NewModule(packages, read)
			frame := test.frame
			sites := []profile.Site{{Stack: []*profile.Frame{&frame}}}
			if !strings.Contains(test.name, "fork") {
				sites = append(sites, profile.Site{Stack: []*profile.Frame{{Func: "example.com/app/store.New[...]", File: built, Line: 6, Start: 5}}})
			}
			spots := m.resolve([]*profile.Profile{{Sites: sites}})
			got := ""
			if at := spots[&frame]; at.known() {
				got = fmt.Sprintf("%s:%d", strings.TrimPrefix(at.file, "/src/app/"), at.line)
			}
			if got != test.want {
				t.Errorf("%s %s:%d is at %q, want %q", frame.Func, frame.File, frame.Line, got, test.want)
			}
		})
	}
}
