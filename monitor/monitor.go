// Package monitor is for servers: it watches how near the heap comes to the memory
// limit, and keeps some heap and goroutine profiles in a folder, so that there is
// something to look at when the memory has run out. `memlint -profile DIR ./...` and
// `go tool pprof` read them. A heap profile shows the heap as of the last completed
// collection, which may be minutes ago in a server that does little.
package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"time"
)

// Options say what to watch and what to write. Dir or OnHigh has to be set. What else
// is zero has the default that its comment names.
type Options struct {
	Dir      string        // folder for profiles of this process alone, made if missing; none by default
	Interval time.Duration // between two samples; 10 s by default
	Share    float64       // [Sample.Share] from which the limit is near, up to 1; 0.9 by default
	OnHigh   func(Sample)  // called when the limit gets near, after the dump unless that has to wait
	Every    time.Duration // between two dumps for which there is no occasion; none by default
	Signal   os.Signal     // asks for a dump, as syscall.SIGUSR1 may; none by default
	MinGap   time.Duration // least time between two dumps; by default 1 min, or Every if less
	MaxFiles int           // profiles that there may be, at least 3, of which the oldest go; 100 by default
	GC       bool          // collect before each dump, so that the heap profile is up to date
	OnError  func(error)   // told why a profile could not be written; slog is by default
}

// complete sets defaults. The error names the option that is wrong.
func (o *Options) complete() error {
	o.Interval = cmp.Or(o.Interval, 10*time.Second)
	o.Share = cmp.Or(o.Share, 0.9)
	o.MinGap = cmp.Or(o.MinGap, min(time.Minute, cmp.Or(o.Every, time.Minute)))
	o.MaxFiles = cmp.Or(o.MaxFiles, 100)
	if o.OnError == nil {
		o.OnError = func(err error) { slog.Error("no profile", "err", err) }
	}
	switch {
	case o.Dir == "" && (o.Every != 0 || o.Signal != nil):
		return errors.New("monitor: Every and Signal need a Dir")
	case o.Dir == "" && o.OnHigh == nil:
		return errors.New("monitor: nothing to do without Dir and OnHigh")
	case min(o.Interval, o.Every, o.MinGap) < 0:
		return fmt.Errorf("monitor: Interval, Every or MinGap is negative: %v, %v, %v", o.Interval, o.Every, o.MinGap)
	case !(o.Share > 0 && o.Share <= 1): // NaN is no share
		return fmt.Errorf("monitor: Share is %v, not over 0 and up to 1", o.Share)
	case o.Every != 0 && o.Every < o.MinGap:
		return fmt.Errorf("monitor: Every is %v, less than MinGap, %v", o.Every, o.MinGap)
	case o.MaxFiles < len(kinds):
		return fmt.Errorf("monitor: MaxFiles is %d, and a dump may be %d files", o.MaxFiles, len(kinds))
	}
	return nil
}

// A Monitor watches until Close.
type Monitor struct {
	opts Options
	read func() Sample
	stop context.CancelFunc
	done chan struct{} // closed when all has ended
	high bool          // the limit is near; for its end see rises
}

// Start starts a monitor. It takes a sample each Interval, and makes a dump, which is a
// profile of each kind, when the limit gets near, each Every, and on Signal. What asks for
// one within MinGap of the last waits until that is over, and all that waits gets one.
//
// OnHigh and OnError run one at a time, and the monitor waits for them; they must not call
// Close. Start fails if options are wrong or there can be no folder. Later failures go to
// OnError.
func Start(opts Options) (*Monitor, error) { return start(opts, read) }

func start(opts Options, read func() Sample) (*Monitor, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	if opts.Dir != "" {
		// A process that was killed may have left what it was writing.
		if err := cmp.Or(os.MkdirAll(opts.Dir, 0o777), prune(opts.Dir, "", ".tmp", 0)); err != nil {
			return nil, fmt.Errorf("monitor: %w", err)
		}
	}
	signals := make(chan os.Signal, 1)
	if opts.Signal != nil {
		signal.Notify(signals, opts.Signal)
	}
	ctx, stop := context.WithCancel(context.Background())
	m := &Monitor{opts: opts, read: read, stop: stop, done: make(chan struct{})}
	go m.run(ctx, signals)
	return m, nil
}

// Close ends the monitor, and returns when nothing of it runs any more and no file is half
// written. It may be called again, and by several goroutines.
func (m *Monitor) Close() {
	m.stop()
	<-m.done
}

func (m *Monitor) run(ctx context.Context, signals chan os.Signal) {
	defer close(m.done)
	defer signal.Stop(signals)
	samples := time.NewTicker(m.opts.Interval)
	defer samples.Stop()
	snapshots := time.NewTicker(cmp.Or(m.opts.Every, math.MaxInt64)) // three centuries are never
	defer snapshots.Stop()
	gap := time.NewTimer(0)
	defer gap.Stop()

	due, free := false, false // a dump is asked for; the last one was MinGap ago
	for {
		var near *Sample
		select {
		case <-ctx.Done():
			return
		case <-gap.C:
			free = true
		case <-signals:
			due = true
		case <-snapshots.C:
			due = true
		case <-samples.C:
			if s := m.read(); m.rises(s.Share()) {
				near, due = &s, m.opts.Dir != ""
			}
		}
		if due && free {
			due, free = false, false
			gap.Reset(m.opts.MinGap)
			m.dump(time.Now())
		}
		if near != nil && m.opts.OnHigh != nil {
			m.opts.OnHigh(*near)
		}
	}
}

// rises reports whether the limit is near and was not before. It is near until the share
// falls by a twentieth, so that a heap around the threshold does not alarm all the time.
func (m *Monitor) rises(share float64) bool {
	before := m.high
	m.high = share >= m.opts.Share || before && share >= 0.95*m.opts.Share
	return m.high && !before
}
