package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A test is a function that leaks and its twin that does not. Both are called
// once per repetition, and what they return is kept.
type test struct {
	category    string // as memlint has it
	leak, fixed func() any
	bytes       float64 // that a leaking repetition keeps, about
	goroutines  float64 // that it keeps
	until       int     // the minor version of Go that collects it, 0 if none does
	panics      int     // the minor version of Go that panics instead, 0 if none does
}

// name is that of the leaking function.
func (t test) name() string { return funcName(t.leak) }

func funcName(f func() any) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "-fm") // of a method value
}

// A kept is what stays of one repetition.
type kept struct {
	Live       float64 // bytes that the last collection has marked
	Objects    float64 // bytes of the heap that are not free
	Goroutines float64
	Panic      string // "" if there was none
}

func (k kept) String() string {
	if k.Panic != "" {
		return "panics"
	}
	// A few bytes are noise.
	s := strconv.Itoa(max(0, int(math.Round(k.Live/10))) * 10)
	if g := math.Round(k.Goroutines); g > 0 {
		s += fmt.Sprintf(" + %.0f g", g)
	}
	return s
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

type result struct {
	Category, Name string
	Leak, Fixed    kept
	Problems       []string // how it disagrees with what is expected
}

// enough is what a leak has to keep in all, in bytes: what is not made by the
// case, such as threads, would be mistaken for it otherwise.
const enough = 256 << 10

// measureCases measures all cases, more at a time than there are processors:
// they sleep most of the time.
func measureCases(n int) (column, error) {
	c := column{runtime.Version(), make([]result, len(cases))}
	errs := make([]error, len(cases))
	var wg sync.WaitGroup
	slots := make(chan struct{}, 3*runtime.GOMAXPROCS(0))
	for i, t := range cases {
		wg.Add(1)
		go func(i int, t test) {
			defer wg.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			r := result{Category: t.category, Name: t.name()}
			n := max(n, int(enough/t.bytes))
			if r.Leak, errs[i] = run(t.name(), n); errs[i] == nil {
				r.Fixed, errs[i] = run(funcName(t.fixed), n)
			}
			r.Problems = t.judge(minor(runtime.Version()), r.Leak, r.Fixed)
			c.Results[i] = r
		}(i, t)
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// minor returns 22 for go1.22.12; a development version is newer than all.
func minor(version string) int {
	n := 0
	if _, err := fmt.Sscanf(version, "go1.%d", &n); err != nil {
		return math.MaxInt
	}
	return n
}

// judge compares what was measured with what is expected of a version of Go.
func (t test) judge(minor int, leak, fixed kept) (problems []string) {
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	keepsNot := func(what string, k kept) {
		if k.Panic != "" {
			complain("%s panics: %s", what, k.Panic)
		}
		// Live can be of a collection that came before the last objects went,
		// and Objects has what was made since.
		if math.Min(k.Live, k.Objects) > t.bytes/5 {
			complain("%s keeps %.0f bytes", what, k.Live)
		}
		if t.goroutines > 0 && k.Goroutines > t.goroutines/5 {
			complain("%s keeps %.1f goroutines", what, k.Goroutines)
		}
	}
	switch {
	case t.panics > 0 && minor >= t.panics:
		if leak.Panic == "" {
			complain("the leak does not panic")
		}
	case t.until > 0 && minor >= t.until:
		keepsNot("the leak", leak)
	default:
		if leak.Panic != "" {
			complain("the leak panics: %s", leak.Panic)
		}
		if math.Min(leak.Live, leak.Objects) < 0.8*t.bytes {
			complain("the leak keeps %.0f bytes, not %.0f", leak.Live, t.bytes)
		}
		if t.goroutines > 0 && leak.Goroutines < 0.8*t.goroutines {
			complain("the leak keeps %.1f goroutines, not %.0f", leak.Goroutines, t.goroutines)
		}
	}
	keepsNot("the fix", fixed)
	return problems
}

// childEnv has the function to measure and the number of repetitions, in the
// environment of the process that does it.
const childEnv = "MEMLINT_TRUTH"

// run measures a function in a process of its own.
func run(name string, n int) (kept, error) {
	var k kept
	exe, err := os.Executable()
	if err != nil {
		return k, err
	}
	cmd := exec.Command(exe)
	// The go line of this module would bring the old timers back.
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", childEnv, name, n), "GODEBUG=asynctimerchan=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return k, fmt.Errorf("%s: %v\n%s", name, err, out)
	}
	if err := json.Unmarshal(out, &k); err != nil {
		return k, fmt.Errorf("%s: %v\n%s", name, err, out)
	}
	return k, nil
}

// child measures and prints if this is the process for that, and reports
// whether it is.
func child() bool {
	var name string
	var n int
	if _, err := fmt.Sscanf(os.Getenv(childEnv), "%s %d", &name, &n); err != nil {
		return false
	}
	for _, t := range cases {
		for _, f := range []func() any{t.leak, t.fixed} {
			if funcName(f) == name {
				json.NewEncoder(os.Stdout).Encode(measure(f, n))
				return true
			}
		}
	}
	fmt.Fprintln(os.Stderr, "no such function: "+name)
	os.Exit(2)
	return true
}

// measure calls f n times and returns what each call keeps.
func measure(f func() any, n int) (k kept) {
	defer func() {
		if r := recover(); r != nil {
			k.Panic = fmt.Sprint(r)
		}
	}()
	// The first calls pay for what is made once, such as the goroutine that
	// runs finalizers.
	const warm = 20
	results := make([]any, 0, warm+n)
	for i := 0; i < warm; i++ {
		results = append(results, f())
	}
	before := heap()
	for i := 0; i < n; i++ {
		results = append(results, f())
		// The runtime never gives descriptors of goroutines back, so let those
		// that are about to end do so before there are many.
		time.Sleep(10 * time.Microsecond)
	}
	after := heap()
	runtime.KeepAlive(results)
	per := func(i int) float64 { return (after[i] - before[i]) / float64(n) }
	return kept{Live: per(0), Objects: per(1), Goroutines: per(2)}
}

// heap returns what is in use when all garbage is gone. An object that a
// finalizer or cleanup waits for takes a collection more for each object that
// leads to it, and the function has to run in between.
func heap() (values [3]float64) {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(samples) // makes its tables when it is first called
	for i := 0; i < 4; i++ {
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	metrics.Read(samples)
	for i, s := range samples {
		values[i] = float64(s.Value.Uint64())
	}
	return values
}
