package profile_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/memlint/memlint/internal/profile"
)

// Of a text it can be said that each goroutine is of one site, or of none.
func FuzzReadText(f *testing.F) {
	files, err := filepath.Glob("testdata/text/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		// The first line keeps it a text.
		p, err := profile.Read("it", io.MultiReader(bytes.NewBufferString("crash report with more than 512 bytes:"+pad+"\n"), bytes.NewBufferString(text)))
		if err != nil {
			return
		}
		check(t, p)
		n := bytes.Count([]byte(text), []byte("goroutine "))
		if p.Goroutines > n {
			t.Errorf("%d goroutines of %d", p.Goroutines, n)
		}
	})
}

var pad = string(bytes.Repeat([]byte("."), 512))

// What the reference accepts, Read does, and reads the same of it.
func FuzzReadProto(f *testing.F) {
	for _, b := range [][]byte{
		hugeHeap(20, 3, 100),
		[]byte(proto(f, time.Unix(1767366245, 0), "goroutine")),
		[]byte(proto(f, time.Time{}, "inuse_space", "inuse_objects")),
	} {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			f.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := profile.Read("it", bytes.NewReader(b))
		if err == nil {
			check(t, p)
			again, err := profile.Read("it", bytes.NewReader(b))
			if err != nil || dump(p) != dump(again) {
				t.Errorf("read again: %v", err)
			}
		}
		want, wantErr := pprof.ParseUncompressed(b)
		if wantErr == nil && want.CheckValid() == nil && err == nil {
			compare(t, p, want)
		}
	})
}

func check(t *testing.T, p *profile.Profile) {
	var bytes, objects int64
	var goroutines int
	for i, s := range p.Sites {
		bytes, objects, goroutines = bytes+s.Bytes, objects+s.Objects, goroutines+s.Goroutines
		if len(s.Stack) == 0 || s.Leaked > s.Goroutines || s.Bytes == 0 && s.Objects == 0 && s.Goroutines == 0 {
			t.Errorf("site %+v", s)
		}
		if i > 0 && (p.Sites[i-1].Bytes < s.Bytes || p.Sites[i-1].Goroutines < s.Goroutines) {
			t.Errorf("site %d is larger than that before", i)
		}
	}
	if bytes > p.Bytes || objects > p.Objects || goroutines > p.Goroutines {
		t.Errorf("sites have more than all: %d, %d, %d of %d, %d, %d", bytes, objects, goroutines, p.Bytes, p.Objects, p.Goroutines)
	}
}
