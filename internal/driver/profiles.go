package driver

import (
	"context"
	"io"
	"slices"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/measure"
	"github.com/memlint/memlint/internal/profile"
)

// profiles are those of files and folders, which are read again when these have changed.
type profiles struct {
	names  []string
	stamps []stamp
	read   []*profile.Profile // of one process, in the order of their times
	others int                // how many are of other processes
	errs   []error            // why some could not be read
}

// load reads what has changed.
func (p *profiles) load(inDir func(name string) string) {
	var now []stamp
	for _, name := range p.names {
		now = append(now, stampOf(inDir(name)))
		files, _ := profile.Files(inDir(name))
		for _, file := range files {
			now = append(now, stampOf(file))
		}
	}
	if slices.EqualFunc(now, p.stamps, func(a, b stamp) bool { return a.size == b.size && a.time.Equal(b.time) }) {
		return
	}
	p.stamps, p.read, p.errs = now, nil, nil
	for _, name := range p.names {
		read, errs := profile.Open(inDir(name))
		p.read, p.errs = append(p.read, read...), append(p.errs, errs...)
	}
	profile.Sort(p.read)
	all := len(p.read)
	p.read = profile.Process(p.read, measure.Enough)
	p.others = all - len(p.read)
}

// measure gives the findings of a result the evidence of profiles, and their order. A
// profile that cannot be read is a problem of the result; it takes nothing from what else
// there is. The error is one line: profiles have nothing to do with the packages.
func (c *commandLine) measure(result *Result) error {
	if len(c.profiles.names) == 0 {
		return nil
	}
	module := measure.NewModule(result.Sources, c.options.read)
	loading, loaded := context.WithCancel(context.Background())
	warm := make(chan bool)
	go func() {
		defer close(warm)
		module.Warm(loading)
	}()
	c.profiles.load(c.inDir)
	loaded()
	<-warm
	found, measured, err := measure.Join(measure.Input{
		Module:   module,
		Findings: slices.Concat(result.Findings, result.Latent),
		Profiles: c.profiles.read,
	})
	for _, err := range c.profiles.errs {
		result.Problems = append(slices.Clip(result.Problems), unprofiled(err))
	}
	result.Findings, result.Latent = report.Divide(found)
	result.Measured = measured
	return err
}

// unprofiled returns a problem with profiles.
func unprofiled(err error) Problem {
	return Problem{Text: "memlint: -profile: " + report.OneLine(err.Error())}
}

// Sites returns what profiles show and no finding tells of, in the form of findings.
func (r *Result) Sites() []report.Finding {
	if r.Measured == nil {
		return nil
	}
	var out []report.Finding
	for _, s := range r.Measured.Sites {
		out = append(out, s.Finding())
	}
	return out
}

// noteMeasured sums up what the profiles say.
func (c *commandLine) noteMeasured(result *Result, stderr io.Writer) {
	m := result.Measured
	if m == nil || len(m.Profiles) == 0 {
		return
	}
	seen := 0
	all := slices.Concat(result.Findings, result.Latent)
	for _, f := range all {
		if f.Evidence != nil {
			seen++
		}
	}
	c.note(stderr, "%s: they show %d of %s, and %s without one", count(len(m.Profiles), "profile"), seen, count(len(all), "finding"), count(len(m.Sites), "place"))
	if n := c.profiles.others; n > 0 {
		c.note(stderr, "left out %s of other processes: the server has started again", count(n, "profile"))
	}
	if m.Silenced != nil && m.Silenced.Grows() {
		c.note(stderr, "comments silence findings where profiles show %s", m.Silenced.Text())
	}
	if m.Growth != nil {
		c.note(stderr, "the live heap of %s in %s: %s", report.Bytes(m.Heap[len(m.Heap)-1].Value), count(len(m.Heap), "profile"), m.Growth.Text())
	}
}
