package profile_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	rpprof "runtime/pprof"
	"strings"
	"testing"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/memlint/memlint/internal/profile"
)

// Each text is read as it is, with the line ends of Windows, and compressed.
func TestReadText(t *testing.T) {
	files, err := filepath.Glob("testdata/text/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".txt") + ".want")
		if err != nil {
			t.Fatal(err)
		}
		for form, b := range map[string][]byte{
			"plain": text,
			"CRLF":  bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
			"gzip":  compress(text),
		} {
			t.Run(filepath.Base(file)+" "+form, func(t *testing.T) {
				p, err := profile.Read(file, bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if got := dump(p); got != string(want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}

func TestReadProto(t *testing.T) {
	add := &pprof.Function{ID: 1, Name: "example.com/a.(*List).Add", Filename: "example.com/a/list.go", StartLine: 10}
	grow := &pprof.Function{ID: 2, Name: "example.com/a.(*List).grow", Filename: "example.com/a/list.go", StartLine: 30}
	main := &pprof.Function{ID: 3, Name: "main.main", Filename: "example.com/a/main.go", StartLine: 5}
	calls := []*pprof.Location{
		{ID: 1, Address: 0x1000, Line: []pprof.Line{{Function: grow, Line: 33}, {Function: add, Line: 12}}},
		{ID: 2, Address: 0x2000, Line: []pprof.Line{{Function: main, Line: 7}}},
		{ID: 3, Address: 0x3000, Line: []pprof.Line{{Function: grow, Line: 33}}},
		{ID: 4, Address: 0x4000, Line: []pprof.Line{{Function: add, Line: 12}}},
		{ID: 5, Address: 0x5000},
	}
	stack := func(at ...int) (s []*pprof.Location) {
		for _, i := range at {
			s = append(s, calls[i-1])
		}
		return s
	}
	taken := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	read := func(types []string, samples ...*pprof.Sample) string {
		in := &pprof.Profile{TimeNanos: taken.UnixNano(), Location: calls, Function: []*pprof.Function{add, grow, main}, Sample: samples}
		for _, s := range types {
			in.SampleType = append(in.SampleType, &pprof.ValueType{Type: s, Unit: "count"})
		}
		var b bytes.Buffer
		if err := in.WriteUncompressed(&b); err != nil {
			t.Fatal(err)
		}
		p, err := profile.Read("it", bytes.NewReader(b.Bytes()))
		if err != nil {
			return err.Error() + "\n"
		}
		if !p.Time.Equal(taken) {
			t.Errorf("time %v", p.Time)
		}
		return dump(p)
	}
	heap := []string{"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"}
	for _, test := range []struct {
		name    string
		types   []string
		samples []*pprof.Sample
		want    string
	}{
		{
			name:  "inlined calls are calls, and what is no more in use is not there",
			types: heap,
			samples: []*pprof.Sample{
				{Location: stack(1, 2), Value: []int64{9, 900, 1, 100}},
				{Location: stack(2), Value: []int64{9, 900, 0, 0}},
			},
			want: `
bytes 100 objects 1
100 1
	example.com/a.(*List).grow example.com/a/list.go:33 of 30
	example.com/a.(*List).Add example.com/a/list.go:12 of 10
	main.main example.com/a/main.go:7 of 5
`,
		},
		{
			name:  "equal stacks are one, inlined or not and of whatever size",
			types: heap,
			samples: []*pprof.Sample{
				{Location: stack(1), Value: []int64{9, 900, 1, 100}},
				{Location: stack(2), Value: []int64{9, 900, 2, 200}},
				{Location: stack(3, 4), Value: []int64{9, 900, 10, 1000}},
				{Location: stack(1), Value: []int64{9, 900, 1, 1}, NumLabel: map[string][]int64{"bytes": {1}}},
			},
			want: `
bytes 1301 objects 14
1101 12
	example.com/a.(*List).grow example.com/a/list.go:33 of 30
	example.com/a.(*List).Add example.com/a/list.go:12 of 10
200 2
	main.main example.com/a/main.go:7 of 5
`,
		},
		{
			name:  "of another order; what has no name has its address",
			types: []string{"inuse_space", "inuse_objects"},
			samples: []*pprof.Sample{
				{Location: stack(5, 2), Value: []int64{100, 1}},
				{Location: nil, Value: []int64{50, 1}},
			},
			want: `
bytes 150 objects 2
100 1
	0x5000 :0
	main.main example.com/a/main.go:7 of 5
`,
		},
		{
			name:  "largest first, then by stack",
			types: heap,
			samples: []*pprof.Sample{
				{Location: stack(3), Value: []int64{9, 900, 1, 100}},
				{Location: stack(4), Value: []int64{9, 900, 1, 100}},
				{Location: stack(2), Value: []int64{9, 900, 1, 101}},
			},
			want: `
bytes 301 objects 3
101 1
	main.main example.com/a/main.go:7 of 5
100 1
	example.com/a.(*List).Add example.com/a/list.go:12 of 10
100 1
	example.com/a.(*List).grow example.com/a/list.go:33 of 30
`,
		},
		{
			name:  "goroutines, of two labels",
			types: []string{"goroutine"},
			samples: []*pprof.Sample{
				{Location: stack(2), Value: []int64{3}, Label: map[string][]string{"user": {"a"}}},
				{Location: stack(2), Value: []int64{4}, Label: map[string][]string{"user": {"b"}}},
			},
			want: `
goroutines 7
7
	main.main example.com/a/main.go:7 of 5
`,
		},
		{
			name:    "leaked goroutines",
			types:   []string{"goroutineleak"},
			samples: []*pprof.Sample{{Location: stack(2), Value: []int64{3}}},
			want: `
goroutines 3
3 (3 leaked)
	main.main example.com/a/main.go:7 of 5
`,
		},
		{
			name:  "nothing in use",
			types: heap,
			want: `
bytes 0 objects 0
`,
		},
		{name: "CPU", types: []string{"samples", "cpu"}, want: `
it: a CPU profile; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)
`},
		{name: "mutex", types: []string{"contentions", "delay"}, want: `
it: a profile of mutexes or of blocking; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)
`},
		{name: "allocations", types: []string{"alloc_objects", "alloc_space"}, want: `
it: a profile of allocations that does not say what is in use; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)
`},
		{name: "threads", types: []string{"threadcreate"}, want: `
it: a profile of "threadcreate"; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)
`},
		{
			name:    "a difference",
			types:   heap,
			samples: []*pprof.Sample{{Location: stack(2), Value: []int64{-9, -900, -1, -100}}},
			want: `
it: a profile with negative amounts, such as a difference of two; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)
`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := read(test.types, test.samples...); got != test.want[1:] {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want[1:])
			}
		})
	}
}

// What the reference reads of a profile is what Read does.
func TestReference(t *testing.T) {
	for name, b := range map[string][]byte{
		"heap of this test":        own(t, "heap"),
		"allocations of this test": own(t, "allocs"),
		"goroutines of this test":  own(t, "goroutine"),
		"made":                     hugeHeap(300, 1000, 50),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := pprof.ParseData(b)
			if err != nil {
				t.Fatal(err)
			}
			var again bytes.Buffer // the reference writes in another order than the runtime
			if err := want.Write(&again); err != nil {
				t.Fatal(err)
			}
			for _, b := range [][]byte{b, again.Bytes()} {
				p, err := profile.Read("it", bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Sites) == 0 {
					t.Fatal("no sites")
				}
				compare(t, p, want)
			}
		})
	}
}

func own(t *testing.T, name string) []byte {
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	defer func() { runtime.MemProfileRate = rate }()
	kept := make([][]byte, 100)
	for i := range kept {
		kept[i] = make([]byte, 1000)
	}
	runtime.GC()
	var b bytes.Buffer
	if err := rpprof.Lookup(name).WriteTo(&b, 0); err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(kept)
	return b.Bytes()
}

// compare compares a profile with what the reference has read.
func compare(t *testing.T, p *profile.Profile, want *pprof.Profile) {
	t.Helper()
	type amounts struct{ bytes, objects, goroutines int64 }
	var allocated int64
	wantSites, gotSites := make(map[string]amounts), make(map[string]amounts)
	var total amounts
	for _, s := range want.Sample {
		var a amounts
		var ever int64
		for i, v := range s.Value {
			switch want.SampleType[i].Type {
			case "inuse_space":
				a.bytes = v
			case "inuse_objects":
				a.objects = v
			case "alloc_space":
				ever = v
			case "goroutine", "goroutineleak":
				a.goroutines = v
			}
		}
		allocated += ever
		total = amounts{total.bytes + a.bytes, total.objects + a.objects, total.goroutines + a.goroutines}
		var stack strings.Builder
		for _, l := range s.Location {
			if len(l.Line) == 0 {
				fmt.Fprintf(&stack, "%q %q %d %d\n", fmt.Sprintf("%#x", l.Address), "", 0, 0)
			}
			for _, line := range l.Line {
				name := cmp.Or(line.Function.Name, fmt.Sprintf("%#x", l.Address))
				fmt.Fprintf(&stack, "%q %q %d %d\n", name, line.Function.Filename, line.Line, line.Function.StartLine)
			}
		}
		if a != (amounts{}) && len(s.Location) > 0 {
			have := wantSites[stack.String()]
			wantSites[stack.String()] = amounts{have.bytes + a.bytes, have.objects + a.objects, have.goroutines + a.goroutines}
		}
	}
	for _, s := range p.Sites {
		var stack strings.Builder
		for _, f := range s.Stack {
			fmt.Fprintf(&stack, "%q %q %d %d\n", f.Func, f.File, f.Line, f.Start)
		}
		if _, ok := gotSites[stack.String()]; ok {
			t.Errorf("a stack twice:\n%s", stack.String())
		}
		gotSites[stack.String()] = amounts{s.Bytes, s.Objects, int64(s.Goroutines)}
	}
	if got := (amounts{p.Bytes, p.Objects, int64(p.Goroutines)}); got != total {
		t.Errorf("sums %v, want %v", got, total)
	}
	if p.Kind == profile.Heap && p.Allocated != allocated {
		t.Errorf("%d bytes allocated, want %d", p.Allocated, allocated)
	}
	if !maps.Equal(gotSites, wantSites) {
		t.Errorf("sites:\n%v\nwant:\n%v", gotSites, wantSites)
	}
}

// dump writes all that a profile says but for its name and time.
func dump(p *profile.Profile) string {
	var b strings.Builder
	if p.Kind == profile.Heap {
		fmt.Fprintf(&b, "bytes %d objects %d\n", p.Bytes, p.Objects)
	} else {
		fmt.Fprintf(&b, "goroutines %d\n", p.Goroutines)
	}
	for _, s := range p.Sites {
		if p.Kind == profile.Heap {
			fmt.Fprintf(&b, "%d %d", s.Bytes, s.Objects)
		} else {
			fmt.Fprintf(&b, "%d", s.Goroutines)
		}
		if s.Leaked > 0 {
			fmt.Fprintf(&b, " (%d leaked)", s.Leaked)
		}
		if s.State != "" {
			fmt.Fprintf(&b, " %s", s.State)
		}
		if s.Waited > 0 {
			fmt.Fprintf(&b, " %s", s.Waited)
		}
		b.WriteString("\n")
		for _, f := range s.Stack {
			b.WriteString("\t")
			if f.Created {
				b.WriteString("created by ")
			}
			fmt.Fprintf(&b, "%s %s:%d", f.Func, f.File, f.Line)
			if f.Start > 0 {
				fmt.Fprintf(&b, " of %d", f.Start)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func TestReadErrors(t *testing.T) {
	heap := hugeHeap(50, 100, 100)
	plain, err := io.ReadAll(must(gzip.NewReader(bytes.NewReader(heap))))
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(heap)
	changed[len(changed)-5] ^= 1
	for _, test := range []struct {
		name string
		in   io.Reader
		want string
	}{
		{"empty", strings.NewReader(""), "empty"},
		{"empty inside", bytes.NewReader(compress(nil)), "empty"},
		{"one byte", strings.NewReader("\x1f"), "neither a profile in the format of pprof nor a text of goroutines"},
		{"a page", strings.NewReader("\n<!DOCTYPE html>\n<html>"), "a page of HTML or XML, no profile"},
		{"JSON", strings.NewReader(`{"error": "not found"}`), "a text without goroutines"},
		{"a program", strings.NewReader("\x7fELF\x02\x01\x01\x00\x00"), "neither a profile in the format of pprof nor a text of goroutines"},
		{"heap with debug=1", strings.NewReader("heap profile: 1: 16 [2: 32] @ heap/1048576\n"), "a heap profile as text; want it without debug=1, or goroutines with debug=2"},
		{"goroutines with debug=1", strings.NewReader("goroutine profile: total 5\n2 @ 0x47e08e\n"), "a goroutine profile as text; want it without debug=1, or goroutines with debug=2"},
		{"mutexes with debug=1", strings.NewReader("--- mutex:\ncycles/second=2000\n"), "a profile of mutexes or of blocking; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)"},
		{"cut off", bytes.NewReader(heap[:len(heap)/2]), "cut off"},
		{"cut off in its head", bytes.NewReader(heap[:5]), "cut off"},
		{"cut off without compression", bytes.NewReader(plain[:len(plain)-2]), "cut off"},
		{"cut off between fields", bytes.NewReader(plain[:bytes.Index(plain, []byte("inuse_space"))-2]), "damaged: no string 7"},
		{"changed", bytes.NewReader(changed), "gzip: invalid checksum"},
		{"a reader that fails", io.MultiReader(bytes.NewReader(heap[:100]), failing{}), "connection lost"},
		{"endless", endless{}, "more than 1024 MB without compression"},
		{"many strings", io.MultiReader(bytes.NewReader(plain), strings.NewReader(strings.Repeat("\x32\x00", 1<<22))), "too many functions, locations or stacks"},
		{"a deep stack", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x12\x8a\x80\x08\x0a\x80\x80\x08"+strings.Repeat("\x01", 1<<17)+"\x12\x04\x01\x01\x01\x01")), "too many functions, locations or stacks"},
		{"a long string", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x32\xff\xff\xff\xff\xff\x01")), "damaged: a field of 68719476735 bytes"},
		{"a group", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x33\x00")), "damaged: a field of type 3"},
		{"no location", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x12\x0a\x08\xff\xff\x7f\x12\x04\x01\x01\x01\x01")), "damaged: no location 2097151"},
		{"no function", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x22\x08\x08\xff\xff\x7f\x22\x02\x08\x7e"+"\x12\x0b\x0a\x03\xff\xff\x7f\x12\x04\x01\x01\x01\x01")), "damaged: no function 126"},
		{"a value short", io.MultiReader(bytes.NewReader(plain), strings.NewReader("\x12\x04\x12\x02\x01\x01")), "damaged: a sample of 2 values, not 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := profile.Read("x.pb.gz", test.in)
			if want := "x.pb.gz: " + test.want; err == nil || err.Error() != want {
				t.Errorf("got:  %v\nwant: %v", err, want)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("connection lost") }

type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, bytes.Repeat([]byte("x"), len(b))), nil }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
