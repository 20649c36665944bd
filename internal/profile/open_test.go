package profile_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/memlint/memlint/internal/profile"
)

// proto returns a profile with a sample without a stack.
func proto(t testing.TB, taken time.Time, types ...string) string {
	p := &pprof.Profile{Sample: []*pprof.Sample{{}}}
	if !taken.IsZero() {
		p.TimeNanos = taken.UnixNano()
	}
	for _, s := range types {
		p.SampleType = append(p.SampleType, &pprof.ValueType{Type: s, Unit: "count"})
		p.Sample[0].Value = append(p.Sample[0].Value, 1)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const goroutine = "goroutine 1 [running]:\nmain.main()\n\tmain.go:3\n"

// folder writes files, all of noon.
func folder(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, noon, noon); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestOpen(t *testing.T) {
	dir := folder(t, map[string]string{
		"late.pb.gz":                              proto(t, noon.Add(3*time.Hour), "inuse_objects", "inuse_space"),
		"early.pprof":                             proto(t, noon.Add(-time.Hour), "goroutine"),
		"undated.pb":                              proto(t, time.Time{}, "goroutineleak"),
		"goroutine-20260102T150405.678Z.txt":      goroutine,
		"goroutine-20260102T100405.678Z.pb.gz":    proto(t, noon.Add(time.Hour), "goroutine"),
		"goroutine-not-a-time-but-much-more-.txt": goroutine,
		"cpu.pb.gz":                               proto(t, noon, "samples", "cpu"),
		"README.md":                               "about these profiles",
		"README.txt":                              "about these profiles",
		"folder.pb.gz/heap.pb.gz":                 "",
	})
	all, errs := profile.Open(dir)
	if errs != nil {
		t.Fatal(errs)
	}
	type result struct {
		name string
		kind profile.Kind
		time time.Time
	}
	var got []result
	for _, p := range all {
		got = append(got, result{p.Name, p.Kind, p.Time.UTC()})
	}
	want := []result{
		{"early.pprof", profile.Goroutines, noon.Add(-time.Hour)},
		{"goroutine-not-a-time-but-much-more-.txt", profile.Goroutines, noon},
		{"undated.pb", profile.Leaked, noon},
		{"goroutine-20260102T100405.678Z.pb.gz", profile.Goroutines, noon.Add(time.Hour)},
		{"late.pb.gz", profile.Heap, noon.Add(3 * time.Hour)},
		{"goroutine-20260102T150405.678Z.txt", profile.Goroutines, time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.UTC)},
	}
	for i := range want {
		want[i].name = filepath.Join(dir, want[i].name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}

	one, errs := profile.Open(want[0].name)
	if errs != nil || len(one) != 1 || one[0].Name != want[0].name {
		t.Errorf("one file: %v, %v", one, errs)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		path  string
		want  string
		read  int // how many profiles are read nevertheless
	}{
		{"missing", nil, "heap.pb.gz", "DIR/heap.pb.gz: no such file or directory", 0},
		{"nothing", nil, "", "DIR: a folder without profiles; want files with names that end in .pb.gz, .pprof, .pb, .txt", 0},
		{"no profile", map[string]string{"heap.png": "x"}, "", "DIR: a folder without profiles; want files with names that end in .pb.gz, .pprof, .pb, .txt", 0},
		{"of the CPU", map[string]string{"cpu.pb.gz": proto(t, noon, "samples", "cpu")}, "", "DIR/cpu.pb.gz: a CPU profile; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)", 0},
		{"one is damaged", map[string]string{"a.txt": goroutine, "b.pb": "\x0a\x00\x12"}, "", "DIR/b.pb: cut off", 1},
		{"two are damaged", map[string]string{"a.pb": "", "b.pb": "\x0a\x00\x12"}, "", "DIR/a.pb: empty DIR/b.pb: cut off", 0},
		{"a file with another suffix", map[string]string{"heap.out": "x"}, "heap.out", "DIR/heap.out: a text without goroutines", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, test.files)
			read, errs := profile.Open(filepath.Join(dir, test.path))
			want := strings.ReplaceAll(test.want, "DIR", dir)
			if got := strings.Trim(fmt.Sprint(errs), "[]"); filepath.ToSlash(got) != filepath.ToSlash(want) {
				t.Errorf("got:  %v\nwant: %v", got, want)
			}
			if len(read) != test.read {
				t.Errorf("%d profiles, want %d", len(read), test.read)
			}
		})
	}
}
