package page

import (
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

type evidence struct {
	Size, Objects, Share       string
	Bar                        int // Share in thousandths
	Goroutines, Waited, Leaked string
	Trend                      *trend
	Spots                      listed[step]
}

type trend struct {
	Verdict  report.Verdict
	Slope    string
	From, To string // the first and the last value
	Line     string // points on the field; none where there is no room for it
}

type site struct {
	Func, At       string
	Holder, HeldAt string
	Evidence       *evidence
	Source         []codeLine
	Stack          listed[step]
}

func charts(m *report.Measured) []chart {
	var list []chart
	if len(m.Heap) > 1 {
		list = append(list, newChart("Heap in use", m.Heap, "bytes", m.Growth))
	}
	if len(m.Goroutines) > 1 {
		list = append(list, newChart("Goroutines", m.Goroutines, "goroutines", nil))
	}
	return list
}

func (p printer) sites(all []report.Site) listed[site] {
	known := first(all, maxSites)
	out := listed[site]{More: known.More}
	for _, s := range known.Shown {
		stack := first(s.Stack, maxStack)
		frames := listed[step]{More: stack.More}
		for _, f := range stack.Shown {
			frames.Shown = append(frames.Shown, step{Text: f.Func, At: p.at(f.Pos)})
		}
		out.Shown = append(out.Shown, site{
			Func: s.Func, At: p.at(s.Pos), Holder: s.Holder, HeldAt: p.at(s.HeldAt),
			Evidence: p.evidence(&s.Evidence, true),
			Source:   p.excerpt(s.Pos, s.Pos, around),
			Stack:    frames,
		})
	}
	return out
}

// evidence words what profiles measured, nil for nothing. Only if it is detailed,
// the trend has a line.
func (p printer) evidence(e *report.Evidence, detailed bool) *evidence {
	if e == nil {
		return nil
	}
	x := &evidence{Trend: newTrend(e.Trend)}
	if e.Trend != nil && detailed {
		x.Trend.Line = spark(e.Trend.Series)
	}
	if e.Bytes > 0 {
		x.Size = size(float64(e.Bytes))
	}
	if e.Objects > 0 {
		x.Objects = amount(float64(e.Objects)) + " " + plural("object", e.Objects)
	}
	if e.Share > 0 {
		x.Share, x.Bar = percent(e.Share), int(1000*min(1, e.Share))
	}
	if e.Goroutines > 0 {
		x.Goroutines = amount(float64(e.Goroutines)) + " " + plural("goroutine", int64(e.Goroutines))
	}
	if e.Waited >= time.Minute {
		x.Waited = long(e.Waited)
	}
	if e.Leaked > 0 {
		x.Leaked = amount(float64(e.Leaked))
	}
	spots := first(e.At, maxSpots)
	x.Spots.More = spots.More
	for _, s := range spots.Shown {
		x.Spots.Shown = append(x.Spots.Shown, step{Text: s.Func, At: p.at(s.Pos)})
	}
	return x
}

// newTrend words a trend, nil for nil.
func newTrend(t *report.Trend) *trend {
	if t == nil {
		return nil
	}
	x := &trend{Verdict: t.Verdict, Slope: slope(t)}
	if n := len(t.Series); n > 1 {
		words := valued(t.Unit)
		x.From, x.To = words(t.Series[0].Value), words(t.Series[n-1].Value)
	}
	return x
}
