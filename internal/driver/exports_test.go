package driver

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/memlint/memlint/internal/driver/cache"
)

const exportsModule = `
-- go.mod --
module m

go 1.26
-- a/a.go --
package a

import "io"

type List[T any] struct{ next *List[T]; value T }

func (l *List[T]) Push(v T) *List[T] { return &List[T]{l, v} }

type Reader interface { io.Reader; Len() int }

type Alias = map[string]*List[Reader]
-- b/b.go --
package b

import (
	"net/http"

	"m/a"
)

type Server struct {
	*http.Server
	lists a.Alias
}

func (s *Server) Lists() a.Alias { return s.lists }
-- b/b_test.go --
package b

type ForTests = Server
-- b/x_test.go --
package b_test

import (
	"m/b"
	"m/c"
)

var s b.ForTests = *c.Default
-- c/c.go --
package c

import "m/b"

var Default = new(b.Server)
`

// TestExports checks that export data is the same whatever was made before it, by
// how many, and that it says what it did when it is read from the cache.
func TestExports(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	t.Setenv("GOCACHE", t.TempDir()) // nothing can be taken over
	dir := newModule(t, exportsModule)
	load := func(c *cache.Cache, workers int) *exports {
		j, err := newJob(context.Background(), Options{
			Analyzers: toys(), Patterns: []string{"./..."}, Dir: dir, Tests: true, Workers: workers, Cache: c,
		})
		if err != nil || len(j.plan.problems) > 0 {
			t.Fatal(err, j.plan.problems)
		}
		return j.exports
	}
	read := func(x *exports) map[string][]byte {
		all := make(map[string][]byte)
		for _, e := range x.order {
			data, err := x.get(e)
			if err != nil {
				t.Errorf("%s: %v", e.ImportPath, err)
			}
			all[e.ImportPath] = data
		}
		return all
	}
	kept := cache.Open(t.TempDir())
	x := load(kept, 4)
	x.ensure(context.Background(), x.order)
	want := read(x)
	if len(want["m/b [m/b.test]"]) == 0 || len(want["m/c [m/b.test]"]) == 0 || len(want["net/http"]) == 0 {
		t.Fatalf("packages are missing: %d are there", len(want))
	}
	for _, test := range []struct {
		name  string
		cache *cache.Cache
		made  func(*exports)
	}{
		{"kept", kept, func(*exports) {}},
		{"one after the other", nil, func(x *exports) { x.ensure(context.Background(), x.order) }},
		{"backwards", nil, func(x *exports) {
			for _, e := range slices.Backward(x.order) {
				x.get(e)
			}
		}},
		{"some kept", func() *cache.Cache {
			dir := t.TempDir()
			c := cache.Open(dir)
			x := load(c, 1)
			x.ensure(context.Background(), x.order)
			for i, e := range x.order {
				if i%3 == 0 {
					name := filepath.Join(dir, keyFile(e.key))
					if err := os.Remove(name); err != nil {
						t.Fatal(err)
					}
				}
			}
			return c
		}(), func(x *exports) { x.ensure(context.Background(), x.order) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := load(test.cache, 1)
			test.made(x)
			for id, data := range read(x) {
				if !bytes.Equal(data, want[id]) {
					t.Errorf("export data of %s is different", id)
				}
			}
		})
	}
}

// keyFile returns the name of an entry in the folder of a cache.
func keyFile(k cache.Key) string {
	name := hex.EncodeToString(k[:])
	return filepath.Join(name[:2], name)
}
