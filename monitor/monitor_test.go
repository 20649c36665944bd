package monitor

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// percent returns readings of a heap that needs so much of a limit, one after another,
// and then the last one for ever.
func percent(shares ...uint64) func() Sample {
	return func() Sample {
		s := Sample{Live: shares[0], Limit: 100}
		shares = shares[min(1, len(shares)-1):]
		return s
	}
}

// list returns the names of all files in a folder.
func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// heaps returns the times of heap profiles in a folder, as minutes and seconds, and
// checks that there is a profile of goroutines for each.
func heaps(t *testing.T, dir string) string {
	t.Helper()
	times := make(map[string][]string)
	for _, name := range list(t, dir) {
		kind, stamp, _ := strings.Cut(name, "-")
		at, err := time.Parse("20060102T150405.000Z.pb.gz", stamp)
		if err != nil {
			t.Fatal(err)
		}
		times[kind] = append(times[kind], at.Format("04:05"))
	}
	if !slices.Equal(times["heap"], times["goroutine"]) {
		t.Errorf("heap profiles are of %q, goroutine profiles of %q", times["heap"], times["goroutine"])
	}
	return strings.Join(times["heap"], " ")
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		opts Options
		want string // what the error says besides; none if empty
	}{
		{"folder", Options{Dir: dir}, ""},
		{"new folder", Options{Dir: filepath.Join(dir, "a", "b")}, ""},
		{"alarm", Options{OnHigh: func(Sample) {}}, ""},
		{"as often as the gap allows", Options{Dir: dir, Every: time.Second}, ""},
		{"all of the limit", Options{Dir: dir, Share: 1}, ""},
		{"nothing", Options{}, "without Dir and OnHigh"},
		{"snapshots to nowhere", Options{OnHigh: func(Sample) {}, Every: time.Hour}, "need a Dir"},
		{"signal for nothing", Options{OnHigh: func(Sample) {}, Signal: os.Interrupt}, "need a Dir"},
		{"file", Options{Dir: file}, file},
		{"negative interval", Options{Dir: dir, Interval: -1}, "-1ns"},
		{"negative gap", Options{Dir: dir, MinGap: -1}, "-1ns"},
		{"negative snapshots", Options{Dir: dir, Every: -1}, "-1ns"},
		{"more than the limit", Options{Dir: dir, Share: 90}, "Share is 90"},
		{"no number", Options{Dir: dir, Share: math.NaN()}, "Share is NaN"},
		{"snapshots within the gap", Options{Dir: dir, Every: time.Second, MinGap: time.Minute}, "less than MinGap, 1m0s"},
		{"no room for a dump", Options{Dir: dir, MaxFiles: 2}, "MaxFiles is 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := Start(test.opts)
			if err == nil {
				m.Close()
			}
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "monitor: ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %q, want a line with %q", err, test.want)
			}
		})
	}
}

func TestAlarm(t *testing.T) {
	for _, test := range []struct {
		name   string
		shares []uint64 // at 1 s, 2 s, ...
		want   []uint64 // those at which OnHigh is called
	}{
		{"far", []uint64{50, 89, 50}, nil},
		{"once while it lasts", []uint64{50, 91, 95, 99}, []uint64{91}},
		{"at the threshold", []uint64{90}, []uint64{90}},
		{"from the start", []uint64{99}, []uint64{99}},
		{"around the threshold", []uint64{91, 89, 92, 86, 93}, []uint64{91}},
		{"again after it fell", []uint64{91, 85, 92, 20, 93}, []uint64{91, 92, 93}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []uint64
				m, err := start(Options{Interval: time.Second, OnHigh: func(s Sample) { got = append(got, s.Live) }}, percent(test.shares...))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				m.Close()
				if !slices.Equal(got, test.want) {
					t.Errorf("OnHigh is called at %d %%, want %d %%", got, test.want)
				}
			})
		})
	}
}

func TestShare(t *testing.T) {
	for _, test := range []struct {
		name string
		s    Sample
		want float64
	}{
		{"no limit", Sample{Live: 40, Goal: 80}, 0},
		{"collector keeps to it", Sample{Live: 40, Goal: 80, Limit: 100}, 0.4},
		{"collector does not know it", Sample{Live: 40, Goal: 80, Limit: 100, Container: true}, 0.8},
	} {
		if got := test.s.Share(); got != test.want {
			t.Errorf("%s: Share is %v, want %v", test.name, got, test.want)
		}
	}
}

// TestDumps checks when profiles are written, in times since the start.
func TestDumps(t *testing.T) {
	for _, test := range []struct {
		name   string
		opts   Options
		shares []uint64 // at 10 s, 20 s, ...
		want   string   // after five minutes and a half
	}{
		{"no occasion", Options{}, []uint64{50}, ""},
		{"snapshots", Options{Every: time.Minute}, []uint64{50}, "01:00 02:00 03:00 04:00 05:00"},
		{"near the limit", Options{}, []uint64{50, 91}, "00:20"},
		{"near again too soon", Options{}, []uint64{50, 91, 50, 91}, "00:20 01:20"},
		{"near again and again too soon", Options{}, []uint64{50, 91, 50, 91, 50, 91, 50}, "00:20 01:20"},
		{"snapshot too soon after an alarm", Options{Every: 2 * time.Minute, MinGap: 2 * time.Minute}, []uint64{50, 91}, "00:20 02:20 04:20"},
		{"the oldest go", Options{Every: time.Minute, MaxFiles: 3 * len(runtimeKinds())}, []uint64{50}, "03:00 04:00 05:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.opts.Dir = t.TempDir()
				test.opts.OnError = func(err error) { t.Error(err) }
				m, err := start(test.opts, percent(test.shares...))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(5*time.Minute + 30*time.Second)
				m.Close()
				if got := heaps(t, test.opts.Dir); got != test.want {
					t.Errorf("heap profiles are of %q, want %q", got, test.want)
				}
			})
		})
	}
}

// runtimeKinds returns the profiles of a dump.
func runtimeKinds() []string {
	return slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return pprof.Lookup(kind) == nil })
}

// TestFolder checks that a monitor touches nothing but its own files, and that these are
// profiles.
func TestFolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		others := []string{"cpu-19990101T000000.000Z.pb.gz", "heap-before.pb.gz", "notes.txt"}
		for _, name := range append([]string{"goroutine-19990101T000000.000Z.pb.gz", "heap-19990101T000000.000Z.pb.gz.tmp"}, others...) {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		m, err := start(Options{Dir: dir, Every: time.Second, MaxFiles: len(kinds), OnError: func(err error) { t.Error(err) }}, percent(0))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(9*time.Second + time.Millisecond)
		m.Close()
		got := slices.DeleteFunc(list(t, dir), func(name string) bool { return slices.Contains(others, name) })
		if len(got) != len(kinds) {
			t.Errorf("the folder has %q, want %d profiles", got, len(kinds))
		}
		if all := list(t, dir); len(all)-len(got) != len(others) {
			t.Errorf("of files of others there are %q, want %q", all, others)
		}
		for kind, want := range map[string]string{"heap": "inuse_space", "goroutine": "monitor.(*Monitor).run"} {
			name := kind + "-20000101T000009.000Z.pb.gz"
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			profile, err := io.ReadAll(z)
			if err != nil || !bytes.Contains(profile, []byte(want)) {
				t.Errorf("%s is no profile with %s: %v", name, want, err)
			}
		}
	})
}

// TestClock checks that profiles of a clock that was wrong make room for new ones.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for _, kind := range runtimeKinds() {
			for _, stamp := range []string{"20330101T000000.000Z", "20330102T000000.000Z"} {
				if err := os.WriteFile(filepath.Join(dir, kind+"-"+stamp+".pb.gz"), nil, 0o666); err != nil {
					t.Fatal(err)
				}
			}
		}
		m, err := start(Options{Dir: dir, Every: time.Minute, MaxFiles: 2 * len(runtimeKinds()), OnError: func(err error) { t.Error(err) }}, percent(0))
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		for _, want := range []string{"01:00 00:00", "01:00 02:00", "02:00 03:00"} {
			time.Sleep(time.Minute + time.Millisecond)
			synctest.Wait()
			if got := heaps(t, dir); got != want {
				t.Errorf("heap profiles are of %q, want %q", got, want)
			}
		}
	})
}

// TestFailure checks that a monitor says what fails, and goes on.
func TestFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "profiles")
		var failed []string
		m, err := start(Options{Dir: dir, Every: time.Minute, OnError: func(err error) { failed = append(failed, err.Error()) }}, percent(0))
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if len(failed) != len(runtimeKinds()) || !strings.Contains(failed[0], filepath.Join(dir, "heap-20000101T000100.000Z.pb.gz")) {
			t.Errorf("OnError is told %q, want a line for each kind of profile with the name of its file", failed)
		}
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := heaps(t, dir); got != "02:00" {
			t.Errorf("with a folder again, heap profiles are of %q", got)
		}
	})
}

// TestNoHalves checks that a profile that cannot get its name leaves nothing.
func TestNoHalves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for _, kind := range kinds {
			if err := os.Mkdir(filepath.Join(dir, kind+"-20000101T000100.000Z.pb.gz"), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		failed := 0
		m, err := start(Options{Dir: dir, Every: time.Minute, OnError: func(error) { failed++ }}, percent(0))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute + time.Second)
		m.Close()
		if names := list(t, dir); failed != len(runtimeKinds()) || len(names) != len(kinds) {
			t.Errorf("%d profiles cannot be written, and the folder has %q", failed, names)
		}
	})
}

// TestCloseWaits checks that no function of the options runs after Close.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		m, err := start(Options{Interval: time.Second, OnHigh: func(Sample) { time.Sleep(time.Hour); ended = true }}, percent(99))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		m.Close()
		if !ended {
			t.Error("OnHigh runs after Close")
		}
	})
}

// TestGC checks that only Options.GC forces a collection.
func TestGC(t *testing.T) {
	for _, gc := range []bool{false, true} {
		if pprof.Lookup("goroutineleak") != nil && !gc {
			continue // that profile forces one by itself
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		near := make(chan bool, 1)
		m, err := start(Options{Dir: t.TempDir(), Interval: time.Millisecond, GC: gc, OnHigh: func(Sample) { near <- true }}, percent(99))
		if err != nil {
			t.Fatal(err)
		}
		<-near // the dump is made before
		m.Close()
		runtime.ReadMemStats(&after)
		if forced := after.NumForcedGC > before.NumForcedGC; forced != gc {
			t.Errorf("with GC=%t a collection was forced: %t", gc, forced)
		}
	}
}

// TestClose checks that nothing is left behind, whoever closes how often and when.
func TestClose(t *testing.T) {
	// The first Notify of a process starts a goroutine of os/signal that stays.
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	signal.Stop(c)
	before := runtime.NumGoroutine()
	dir := t.TempDir()
	for range 20 {
		m, err := start(Options{
			Dir: dir, Interval: time.Millisecond, Every: time.Millisecond, MaxFiles: 6, Signal: os.Interrupt,
			OnHigh: func(Sample) {}, OnError: func(err error) { t.Error(err) },
		}, percent(99, 0))
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(m.Close)
		}
		all.Wait()
		m.Close()
	}
	for _, name := range list(t, dir) {
		if strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s is left", name)
		}
	}
	// A goroutine that has closed a channel may need a moment to end.
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, before there were %d\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestRead checks the readings of this process.
func TestRead(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 40))
	runtime.GC()
	if s := read(); s.Limit != 1<<40 || s.Container || s.Live == 0 || s.Goal < s.Live || s.Goroutines < 2 {
		t.Errorf("with a memory limit of 1 TiB the sample is %+v", s)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	if s := read(); s.Container != (s.Limit != 0) {
		t.Errorf("without a memory limit the sample is %+v", s)
	}
}

func TestContainerLimit(t *testing.T) {
	const unlimited1 = "9223372036854771712\n"
	for _, test := range []struct {
		name  string
		files map[string]string
		want  uint64
	}{
		{"not on Linux", nil, 0},
		{"version 2 in a container", map[string]string{
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "536870912\n",
		}, 512 << 20},
		{"version 2 without a limit", map[string]string{
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "max\n",
		}, 0},
		{"version 2 on a host", map[string]string{
			"proc/self/cgroup": "0::/system.slice/chat.service\n",
			"sys/fs/cgroup/system.slice/chat.service/memory.max": "max\n",
			"sys/fs/cgroup/system.slice/memory.max":              "1073741824\n",
		}, 1 << 30},
		{"version 2 with a group outside of the container", map[string]string{
			"proc/self/cgroup":         "0::/../../pod7\n",
			"sys/fs/cgroup/memory.max": "268435456\n",
		}, 256 << 20},
		{"version 1 in a container", map[string]string{
			"proc/self/cgroup":                           "5:cpu,cpuacct:/docker/7f\n4:memory:/docker/7f\n1:name=systemd:/docker/7f\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "134217728\n",
		}, 128 << 20},
		{"version 1 without a limit", map[string]string{
			"proc/self/cgroup":                           "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": unlimited1,
		}, 0},
		{"version 1 beside an empty version 2", map[string]string{
			"proc/self/cgroup": "4:memory:/chat\n0::/\n",
			"sys/fs/cgroup/memory/chat/memory.limit_in_bytes": "134217728\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":      unlimited1,
		}, 128 << 20},
		{"nonsense", map[string]string{"proc/self/cgroup": "memory\n::\n\n", "sys/fs/cgroup/memory.max": "-7\n"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := make(fstest.MapFS)
			for name, text := range test.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := containerLimit(root); got != test.want {
				t.Errorf("the limit is %d, want %d", got, test.want)
			}
		})
	}
}
