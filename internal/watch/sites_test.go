package watch

import (
	"fmt"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

var began = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// TestSeries checks that a long series has few samples, at even distances, the
// first and the last one among them.
func TestSeries(t *testing.T) {
	var s series
	for i := range 100000 {
		s.add(report.Sample{Time: began.Add(time.Duration(i) * time.Second), Value: float64(i)})
		list := s.samples()
		if n := len(list); n > maxPoints+1 || i > maxPoints && n < maxPoints/2 {
			t.Fatalf("%d samples of %d", n, i+1)
		}
		if list[0].Value != 0 || list[len(list)-1].Value != float64(i) {
			t.Fatalf("of %d they are from %v to %v", i+1, list[0].Value, list[len(list)-1].Value)
		}
		for j := 2; j < len(list)-1; j++ {
			if list[j].Value-list[j-1].Value != list[1].Value {
				t.Fatalf("distances of %d are uneven: %v", i+1, list[:j+1])
			}
		}
	}
}

// TestSitesAreBounded checks that the largest places are followed, and that one
// that becomes large takes the place of a small one.
func TestSitesAreBounded(t *testing.T) {
	s := newSites(unitBytes)
	late := profile.Site{Stack: []*profile.Frame{{Func: "example.com/a.Late"}}, Bytes: 1}
	for poll := range 10 {
		late.Bytes *= 4
		p := &profile.Profile{Sites: []profile.Site{late}}
		for i := range 3 * maxSites {
			p.Sites = append(p.Sites, profile.Site{Stack: []*profile.Frame{{Func: fmt.Sprintf("example.com/a.F%03d", i)}}, Bytes: 1000 - int64(i)})
		}
		s.add(began.Add(time.Duration(poll)*time.Minute), p)
		if len(s.by) != maxSites {
			t.Fatalf("%d places", len(s.by))
		}
	}
	for i := range 3 * maxSites {
		_, followed := s.by[profile.Frame{Func: fmt.Sprintf("example.com/a.F%03d", i)}]
		if want := i < maxSites-1; followed != want {
			t.Errorf("the place with %d bytes is followed: %t", 1000-i, followed)
		}
	}
	if x := s.by[*late.Stack[0]]; x == nil || x.series.last.Value != 1<<20 {
		t.Errorf("what became large is %+v", x)
	}
}

// TestGone checks that nothing is left of a place that a profile no longer has.
func TestGone(t *testing.T) {
	s := newSites(unitGoroutines)
	site := profile.Site{Stack: []*profile.Frame{{Func: "example.com/a.F"}}, Goroutines: 7}
	s.add(began, &profile.Profile{Sites: []profile.Site{site}})
	s.setLeaked(&profile.Profile{Sites: []profile.Site{site}})
	s.add(began.Add(time.Minute), &profile.Profile{})
	s.setLeaked(&profile.Profile{})
	x := s.by[*site.Stack[0]]
	if got := x.series.samples(); len(got) != 2 || got[0].Value != 7 || got[1].Value != 0 || x.leaked != 0 {
		t.Errorf("%v, %d leaked", got, x.leaked)
	}
}

// TestPlaceOfStack checks which of the frames of a stack stands for it.
func TestPlaceOfStack(t *testing.T) {
	frame := func(fn, file string) *profile.Frame { return &profile.Frame{Func: fn, File: file, Line: 1} }
	var (
		park   = frame("runtime.gopark", "/usr/local/go/src/runtime/proc.go")
		read   = frame("io.ReadAll", "io/io.go")
		conn   = frame("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go")
		store  = frame("example.com/a/store.(*Cache[...]).Put", "example.com/a/store/store.go")
		yaml   = frame("gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3@v3.0.1/yaml.go")
		main   = frame("main.main", "/home/jane/a/main.go")
		dotted = frame("shop/basket.Add", "/home/jane/shop/basket/add.go")
		made   = &profile.Frame{Func: "example.com/a.Start", File: "a.go", Line: 1, Created: true}
	)
	tests := []struct {
		stack []*profile.Frame
		want  *profile.Frame
	}{
		{[]*profile.Frame{read, store, main}, store},
		{[]*profile.Frame{read, yaml, store}, yaml},
		{[]*profile.Frame{park, main}, main},
		{[]*profile.Frame{read, dotted, main}, dotted},
		{[]*profile.Frame{park, conn, made}, conn},
		{[]*profile.Frame{park}, park},
	}
	for _, test := range tests {
		if got := keyOf(test.stack); got != *test.want {
			t.Errorf("%s is %s, want %s", test.stack[0].Func, got.Func, test.want.Func)
		}
	}
}
