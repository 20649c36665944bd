package report

import (
	"encoding/json"
	"go/token"
	"testing"
	"time"
)

func TestEvidenceText(t *testing.T) {
	grows := &Trend{Verdict: Steady, PerHour: 3 << 20, Unit: "bytes"}
	for _, test := range []struct {
		evidence Evidence
		want     string
	}{
		{Evidence{Bytes: 512, Objects: 1, Share: 0.001}, "512 B in 1 object, under 1 % of the heap"},
		{Evidence{Bytes: 43 << 20, Objects: 1200, Share: 0.384}, "43.0 MiB in 1200 objects, 38 % of the heap"},
		{Evidence{Bytes: 43 << 20, Objects: 1200, Share: 0.384, Trend: grows}, "43.0 MiB in 1200 objects, 38 % of the heap; grows steadily by 3.0 MiB/h"},
		{Evidence{Goroutines: 1}, "1 goroutine"},
		{Evidence{Goroutines: 7, Waited: 95 * time.Minute}, "7 goroutines for up to 95 min"},
		{Evidence{Goroutines: 7, Leaked: 5}, "7 goroutines, 5 of which nothing can wake"},
		{Evidence{Leaked: 5}, "5 goroutines, 5 of which nothing can wake"},
		{Evidence{Bytes: 300 << 30, Objects: 2, Share: 1, Goroutines: 2}, "300 GiB in 2 objects, 100 % of the heap; 2 goroutines"},
		{Evidence{Goroutines: 7, Trend: &Trend{Verdict: Steps, PerHour: 12.345, Unit: "goroutines"}}, "7 goroutines; grows in steps by 12.3 goroutines/h"},
		{Evidence{Goroutines: 7, Trend: &Trend{Verdict: Flat, PerHour: 0.1, Unit: "goroutines"}}, "7 goroutines; flat"},
		{Evidence{Goroutines: 7, Trend: &Trend{Verdict: Unclear}}, "7 goroutines; unclear whether it grows"},
		{Evidence{}, "0 B in 0 objects, 0 % of the heap"},
	} {
		if got := test.evidence.Text(); got != test.want {
			t.Errorf("%+v is %q, want %q", test.evidence, got, test.want)
		}
	}
}

func TestEvidenceJSON(t *testing.T) {
	e := &Evidence{
		Rank: 2, Bytes: 10, Objects: 1, Share: 0.5, Goroutines: 3, Waited: time.Minute, Leaked: 1,
		Trend: &Trend{Verdict: Flat, PerHour: 1.5, Unit: "bytes", Series: []Sample{{time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), 10}}},
		At:    []Spot{{Pos: token.Position{Filename: "a.go", Line: 3}, Func: "a.F"}},
	}
	const want = `{"rank":2,"bytes":10,"objects":1,"heap_share":0.5,"goroutines":3,"waited_seconds":60,"leaked_goroutines":1,` +
		`"trend":{"verdict":"flat","per_hour":1.5,"unit":"bytes","series":[{"time":"2026-01-02T02:04:05Z","value":10}]},"at":[{"posn":"a.go:3","func":"a.F"}]}`
	if got, err := json.Marshal(e); err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

// TestSite checks how a place without a finding is told in the form of one.
func TestSite(t *testing.T) {
	at := func(line int) token.Position { return token.Position{Filename: "a.go", Line: line} }
	s := Site{
		Package: "example.com/a", Pos: at(7), Func: "a.put", Holder: "package variable cache", HeldAt: at(9),
		Evidence: Evidence{Bytes: 1 << 20, Objects: 3, Share: 0.2, Trend: &Trend{Verdict: Steady, PerHour: 1 << 20, Unit: "bytes"}},
		Stack: []Spot{
			{Func: "runtime.mallocgc", Pos: token.Position{Filename: "malloc.go", Line: 1}},
			{Func: "a.put", Pos: at(7), Ours: true},
			{Func: "net/http.serve", Pos: token.Position{Filename: "server.go", Line: 2}},
			{Func: "a.main", Pos: at(20), Ours: true},
		},
	}
	f := s.Finding()
	if want := "1.0 MiB in 3 objects, 20 % of the heap; grows steadily by 1.0 MiB/h; held by package variable cache (profile/grows)"; f.Message != want {
		t.Errorf("message %q, want %q", f.Message, want)
	}
	if !f.Aside() || f.Measured() != "" || Heading([]Finding{f}, 0) != SiteHeading {
		t.Errorf("aside %t, measured %q, under %q", f.Aside(), f.Measured(), Heading([]Finding{f}, 0))
	}
	want := []Related{{Pos: at(9), Message: "held from here on"}, {Pos: at(20), Message: "called here, in a.main"}}
	if len(f.Related) != len(want) || f.Related[0] != want[0] || f.Related[1] != want[1] {
		t.Errorf("related %v, want %v", f.Related, want)
	}
	s.Evidence.Trend = nil
	if got := s.Finding().Category; got != "large" {
		t.Errorf("category %q of what does not grow", got)
	}
}
