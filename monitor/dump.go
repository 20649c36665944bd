package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// kinds are the profiles of a dump, of those that the runtime has. All are written in the
// form of pprof. The text of goroutines (debug=2) also says how long they have waited, but
// the world stands still while all stacks are printed, as BenchmarkGoroutines shows.
// Leaked goroutines come last, since it takes a collection to find them.
var kinds = []string{"heap", "goroutine", "goroutineleak"}

// dump writes a profile of each kind.
func (m *Monitor) dump(now time.Time) {
	if m.opts.GC {
		runtime.GC()
	}
	for _, kind := range kinds {
		if p := pprof.Lookup(kind); p != nil {
			if err := m.write(p, kind, now.UTC().Format("20060102T150405.000Z.pb.gz")); err != nil {
				m.opts.OnError(fmt.Errorf("monitor: %w", err))
			}
		}
	}
}

// write writes a profile under another name, then makes room, and then gives it its own:
// a full disk costs none of those that there are, and nobody sees one that is not whole.
func (m *Monitor) write(p *pprof.Profile, kind, stamp string) error {
	file := filepath.Join(m.opts.Dir, kind+"-"+stamp)
	f, err := os.OpenFile(file+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(file + ".tmp")
	if err := cmp.Or(p.WriteTo(f, 0), f.Close()); err != nil {
		return err
	}
	if err := prune(m.opts.Dir, stamp, "", m.opts.MaxFiles-1); err != nil {
		return err
	}
	return os.Rename(file+".tmp", file)
}

// prune removes profiles whose names end with suffix, all but the newest. Those of a time
// after now are the oldest: they were written before the clock was put right.
func prune(dir, now, suffix string, keep int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	stamp := func(e fs.DirEntry) string { _, s, _ := strings.Cut(e.Name(), "-"); return s }
	old := slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		kind, _, _ := strings.Cut(e.Name(), "-")
		ok, _ := path.Match("????????T??????.???Z.pb.gz"+suffix, stamp(e))
		return !ok || !slices.Contains(kinds, kind)
	})
	slices.SortStableFunc(old, func(a, b fs.DirEntry) int {
		x, y := stamp(a), stamp(b)
		if (x > now) != (y > now) {
			return strings.Compare(y, x)
		}
		return strings.Compare(x, y)
	})
	for _, e := range old[:max(0, len(old)-keep)] {
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
