package watch

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/measure"
	"github.com/memlint/memlint/internal/profile"
)

// findings are those of the module, which are looked for while polls go on.
type findings struct {
	done   chan struct{}
	cancel context.CancelFunc
	module *measure.Module
	result *driver.Result // nil as long as nothing is known
	err    error
	join   func(measure.Input) ([]report.Finding, *report.Measured, error)
}

// find begins to look for findings.
func find(ctx context.Context, o *options) *findings {
	ctx, cancel := context.WithCancel(ctx)
	f := &findings{done: make(chan struct{}), cancel: cancel, join: measure.Join}
	go func() {
		defer close(f.done)
		if f.result, f.err = o.find(ctx, o.patterns); f.err == nil {
			f.module = measure.NewModule(f.result.Sources, os.ReadFile)
		}
	}()
	return f
}

// ready reports whether the search is over.
func (f *findings) ready() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// trouble says in one line why there are no findings, or not all of them, "" if
// there are.
func (f *findings) trouble() string {
	switch {
	case f.err != nil:
		return "no findings: " + report.OneLine(f.err.Error())
	case len(f.result.Problems) > 0:
		return fmt.Sprintf("some findings may be missing: %s", report.OneLine(f.result.Problems[0].Text))
	}
	return ""
}

// at returns the finding that tells of a site, nil if there is none or nobody
// knows yet. A site is asked for once: neither its stack nor the source changes.
func (f *findings) at(unit string, x *site) *report.Finding {
	if x.asked || !f.ready() || f.err != nil {
		return x.finding
	}
	x.asked = true
	one := x.sample
	p := &profile.Profile{Kind: profile.Heap, Time: x.series.last.Time, Sites: []profile.Site{one},
		Bytes: one.Bytes, Objects: one.Objects, Goroutines: one.Goroutines}
	if unit == unitGoroutines {
		p.Kind = profile.Goroutines
	}
	all := slices.Concat(f.result.Findings, f.result.Latent)
	told, _, err := f.join(measure.Input{Module: f.module, Findings: all, Profiles: []*profile.Profile{p}})
	if err != nil { // nothing of the module is on the stack
		return nil
	}
	for i := range told {
		if told[i].Evidence != nil {
			x.finding = &told[i]
			break
		}
	}
	return x.finding
}
