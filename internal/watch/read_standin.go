package watch

import (
	"compress/gzip"
	"fmt"
	"io"
	"slices"

	pprof "github.com/google/pprof/profile"

	"github.com/memlint/memlint/internal/profile"
)

// read stands in for profile.Read, which is built elsewhere.
func read(name string, r io.Reader) (*profile.Profile, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%s: no profile: %w", name, err)
	}
	data, err := io.ReadAll(io.LimitReader(zip, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("%s: no profile: %w", name, err)
	}
	raw, err := pprof.ParseData(data)
	if err != nil {
		return nil, fmt.Errorf("%s: no profile: %w", name, err)
	}
	p := &profile.Profile{Name: name, Kind: profile.Goroutines}
	column := make(map[string]int)
	for i, t := range raw.SampleType {
		column[t.Type] = i + 1
	}
	if column["inuse_space"] > 0 {
		p.Kind = profile.Heap
	}
	value := func(s *pprof.Sample, name string) int64 {
		if i := column[name]; i > 0 {
			return s.Value[i-1]
		}
		return 0
	}
	for _, s := range raw.Sample {
		site := profile.Site{Stack: frames(s)}
		if p.Kind == profile.Heap {
			site.Bytes, site.Objects = value(s, "inuse_space"), value(s, "inuse_objects")
			p.Allocated += value(s, "alloc_space")
		} else {
			site.Goroutines = int(s.Value[0])
		}
		p.Bytes += site.Bytes
		p.Objects += site.Objects
		p.Goroutines += site.Goroutines
		if site.Bytes > 0 || site.Goroutines > 0 {
			p.Sites = append(p.Sites, site)
		}
	}
	slices.SortStableFunc(p.Sites, func(a, b profile.Site) int {
		return int(b.Bytes-a.Bytes) + b.Goroutines - a.Goroutines
	})
	return p, nil
}

func frames(s *pprof.Sample) []profile.Frame {
	var stack []profile.Frame
	for _, l := range s.Location {
		for _, line := range l.Line {
			if f := line.Function; f != nil {
				stack = append(stack, profile.Frame{Func: f.Name, File: f.Filename, Line: int(line.Line), Start: int(f.StartLine)})
			}
		}
	}
	return stack
}
