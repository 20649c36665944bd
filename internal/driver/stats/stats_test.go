package stats

import (
	"flag"
	"os"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/want.txt")

func TestFormat(t *testing.T) {
	s := New("go list", "parse", "never done")
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { s.Add("parse", 12340*time.Microsecond) })
	}
	wg.Wait()
	s.Add("go list", 2*time.Second)
	s.Add("timerleak", 400*time.Microsecond)
	s.Add("an analyzer", 0)
	got := s.Format(3210*time.Millisecond, 2)
	const golden = "testdata/want.txt"
	if *update {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestNil(t *testing.T) {
	var s *Stats
	s.Since("anything", time.Now())
	if got := string(New().Format(0, 1)); got != "0.000s elapsed, 0.000s of work, 1 at a time\n" {
		t.Errorf("got %q", got)
	}
}
