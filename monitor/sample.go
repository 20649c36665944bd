package monitor

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/metrics"
	"strconv"
	"strings"
)

// A Sample is what [runtime/metrics] says of the memory. Sizes are in bytes.
type Sample struct {
	Live       uint64 // /gc/heap/live:bytes, what the last collection found in use; 0 before the first
	Goal       uint64 // /gc/heap/goal:bytes, which the heap may reach before the next one ends
	Limit      uint64 // GOMEMLIMIT or what SetMemoryLimit set, else that of the container; 0 if none
	Container  bool   // Limit is that of the container, from /sys/fs/cgroup
	Goroutines uint64
}

// Share returns the part of the limit that is needed: Live of a memory limit, for the
// collector keeps the rest free of garbage. It knows nothing of a container's limit, and
// lets the heap grow to Goal, so of that it is Goal. Without a limit, Share is 0.
func (s Sample) Share() float64 {
	need := s.Live
	if s.Container {
		need = s.Goal
	}
	if s.Limit == 0 {
		return 0
	}
	return float64(need) / float64(s.Limit)
}

func read() Sample {
	m := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}, {Name: "/gc/gomemlimit:bytes"}, {Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(m)
	s := Sample{Live: m[0].Value.Uint64(), Goal: m[1].Value.Uint64(), Limit: m[2].Value.Uint64(), Goroutines: m[3].Value.Uint64()}
	if s.Limit == math.MaxInt64 { // not set
		s.Limit = containerLimit(os.DirFS("/"))
		s.Container = s.Limit != 0
	}
	return s
}

// containerLimit returns the least memory limit of the control groups of this process and
// of those around them, or 0. Inside of a container the path in /proc may be one of the
// host; then the container's group is the root.
func containerLimit(root fs.FS) uint64 {
	limit := uint64(1 << 62) // in version 1, no limit is the largest int64 of whole pages
	groups, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(groups)) { // number:controllers:path
		_, line, _ = strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(line, ":")
		mount, file := "sys/fs/cgroup", "memory.max" // version 2 names no controllers
		if controllers == "memory" {
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if controllers != "" {
			continue
		}
		for dir, next := "", path.Clean("/"+group); dir != next; next = path.Dir(next) {
			dir = next
			text, _ := fs.ReadFile(root, path.Join(mount, dir, file))
			if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil { // "max" is none
				limit = min(limit, n)
			}
		}
	}
	return limit % (1 << 62)
}
