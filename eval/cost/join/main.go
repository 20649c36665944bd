// Join measures what it takes to join a large heap profile with the findings of a large
// module:
//
//	go run ./join -memlint memlint
//
// It makes a module of 1,000 packages and a heap profile of about 50 MB of a program that
// has them, runs memlint on it until it has kept what it found, and then, in turns, without
// and with the profile. What is printed are medians: the difference is what the profile takes.
//
// It needs Linux or macOS.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/google/pprof/profile"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("join: ")
	var (
		memlint  = flag.String("memlint", "memlint", "the `binary` to measure")
		packages = flag.Int("packages", 1000, "how many packages the module has")
		stacks   = flag.Int("stacks", 600_000, "how many stacks the profile has")
		rounds   = flag.Int("rounds", 5, "how often each is measured")
	)
	flag.Parse()
	if dir := os.Getenv(makeEnv); dir != "" {
		if err := generate(dir, *packages, *stacks); err != nil {
			log.Fatal(err)
		}
		return
	}
	text, err := run(*memlint, *packages, *stacks, *rounds)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(text)
}

// run returns the table.
func run(memlint string, packages, stacks, rounds int) ([]byte, error) {
	dir, err := os.MkdirTemp("", "memlint-join")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if memlint, err = exec.LookPath(memlint); err != nil {
		return nil, err
	}
	if memlint, err = filepath.Abs(memlint); err != nil {
		return nil, err
	}
	// What a process begins with counts as its memory, so this one has to stay small.
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	other := exec.Command(self, os.Args[1:]...)
	other.Env = append(os.Environ(), makeEnv+"="+dir)
	other.Stderr = os.Stderr
	if err := other.Run(); err != nil {
		return nil, fmt.Errorf("making a module and a profile: %w", err)
	}
	sources, heap := places(dir)
	info, err := os.Stat(heap)
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(dir, "cache")
	with := []string{"-profile", heap}
	for _, args := range [][]string{nil, with} { // what is kept of both
		if _, err := measure(memlint, sources, cache, args); err != nil {
			return nil, err
		}
	}
	var without, joined []usage
	for range rounds {
		for _, list := range []struct {
			of   *[]usage
			args []string
		}{{&without, nil}, {&joined, with}} {
			u, err := measure(memlint, sources, cache, list.args)
			if err != nil {
				return nil, err
			}
			*list.of = append(*list.of, u)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, %s/%s, %d processors. %d packages, a heap profile of %.0f MB with %d stacks.\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), packages, float64(info.Size())/1e6, stacks)
	b.WriteString("| | wall | memory |\n|---|---|---|\n")
	x, y := median(without), median(joined)
	fmt.Fprintf(&b, "| analysis, kept | %.2f s | %.0f MB |\n", x.wall.Seconds(), float64(x.memory)/1e6)
	fmt.Fprintf(&b, "| with the profile | %.2f s | %.0f MB |\n", y.wall.Seconds(), float64(y.memory)/1e6)
	fmt.Fprintf(&b, "| on top | %.2f s | %.0f MB |\n", (y.wall - x.wall).Seconds(), float64(y.memory-x.memory)/1e6)
	return b.Bytes(), nil
}

// makeEnv tells this program to make a module and a profile in the folder that it names.
const makeEnv = "JOIN_MAKE"

// places returns the folder of the module and the name of the profile.
func places(dir string) (module, heap string) {
	return filepath.Join(dir, "module"), filepath.Join(dir, "heap.pb.gz")
}

func generate(dir string, packages, stacks int) error {
	sources, heap := places(dir)
	m := module{dir: sources}
	if err := m.write(packages); err != nil {
		return err
	}
	return m.writeProfile(heap, stacks)
}

// A usage is what a run took.
type usage struct {
	wall   time.Duration
	memory int64 // bytes
}

// median returns the medians of both.
func median(all []usage) usage {
	var walls []time.Duration
	var memory []int64
	for _, u := range all {
		walls, memory = append(walls, u.wall), append(memory, u.memory)
	}
	slices.Sort(walls)
	slices.Sort(memory)
	return usage{walls[len(walls)/2], memory[len(memory)/2]}
}

func measure(memlint, dir, cache string, args []string) (usage, error) {
	cmd := exec.Command(memlint, append(args, "./...")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MEMLINT_CACHE="+cache, "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return usage{}, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS != "darwin" {
		memory <<= 10
	}
	return usage{wall, memory}, nil
}

const (
	functionsPerFile = 20
	filesPerPackage  = 3

	// Of one in so many stacks something is in use. With the rate at which the runtime
	// samples, a profile of 50 MB in which all are would be one of 300 GB of heap.
	inUse = 10
)

// A module is made of packages whose functions call each other and keep something.
type module struct {
	dir       string
	functions []*profile.Function
	locations []*profile.Location
}

func (m *module) write(packages int) error {
	if err := os.MkdirAll(m.dir, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(m.dir, "go.mod"), []byte("module example.com/made\n\ngo 1.26\n"), 0o666); err != nil {
		return err
	}
	for p := range packages {
		dir := filepath.Join(m.dir, fmt.Sprintf("service%d", p/50), fmt.Sprintf("package%d", p))
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		for f := range filesPerPackage {
			name := filepath.Join(dir, fmt.Sprintf("file%d.go", f))
			if err := os.WriteFile(name, m.file(name, p, f), 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// file returns the text of a file, and notes its functions and what they call.
func (m *module) file(name string, p, f int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package package%d\n\nvar kept%d = map[string][]byte{}\n", p, f)
	line := 4
	for n := range functionsPerFile {
		fmt.Fprintf(&b, "\nfunc F%d_%d(key string, n int) []byte {\n", f, n)
		start := line + 1
		fmt.Fprintf(&b, "\tbuf := make([]byte, n)\n\tif n == %d {\n\t\tkept%d[key] = buf\n\t}\n", n, f)
		call := start + 5
		fmt.Fprintf(&b, "\tbuf = append(buf, F%d_%d(key, n-1)...)\n\treturn buf\n}\n", f, (n+1)%functionsPerFile)
		line = start + 8
		fn := &profile.Function{
			ID:         uint64(len(m.functions) + 1),
			Name:       fmt.Sprintf("example.com/made/service%d/package%d.F%d_%d", p/50, p, f, n),
			Filename:   name,
			StartLine:  int64(start),
			SystemName: "",
		}
		m.functions = append(m.functions, fn)
		for _, at := range []int{start + 1, call} {
			m.locations = append(m.locations, &profile.Location{ID: uint64(len(m.locations) + 1), Line: []profile.Line{{Function: fn, Line: int64(at)}}})
		}
	}
	return b.Bytes()
}

// writeProfile writes a heap profile. Stacks are of 30 to 60 calls;
// those next to each other begin alike, as most allocations are on behalf of the same thing.
func (m *module) writeProfile(name string, stacks int) error {
	r := rand.New(rand.NewPCG(1, 2))
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"}, {Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"}},
		PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"},
		Period:     512 << 10,
		TimeNanos:  time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano(),
		Function:   m.functions,
		Location:   m.locations,
	}
	var stack []*profile.Location // the outermost first
	for range stacks {
		if r.IntN(4) == 0 {
			stack = stack[:0]
		} else {
			stack = stack[:r.IntN(len(stack)+1)]
		}
		for depth := 30 + r.IntN(31); len(stack) < depth; {
			stack = append(stack, m.locations[r.IntN(len(m.locations))])
		}
		innermost := slices.Clone(stack)
		slices.Reverse(innermost)
		size := int64(16) << r.IntN(12)
		objects := 1 + 512<<10/size
		value := []int64{3 * objects, 3 * objects * size, 0, 0}
		if r.IntN(inUse) == 0 {
			value[2], value[3] = objects, objects*size
		}
		p.Sample = append(p.Sample, &profile.Sample{Location: innermost, Value: value})
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := p.Write(f); err != nil {
		return err
	}
	return f.Close()
}
