package watch

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/memlint/memlint/internal/driver"
)

// A program is a server that is watched, in the same process.
type program struct {
	t     *testing.T
	start time.Time

	// What it has by now, by "function file:line".
	heap       func(age time.Duration) map[string]int64
	goroutines func(age time.Duration) map[string]int64
	leaked     func(age time.Duration) map[string]int64 // nil if there is no such profile

	// broken is an answer in the place of a profile, if not nil.
	broken func(age time.Duration, name string) http.HandlerFunc
	life   time.Duration // after which it starts again; 0 means never

	mu    sync.Mutex
	asked []string
}

// constant returns amounts that stay.
func constant(amounts map[string]int64) func(time.Duration) map[string]int64 {
	return func(time.Duration) map[string]int64 { return amounts }
}

// ServeHTTP answers as net/http/pprof does.
func (p *program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/debug/pprof/")
	age := time.Since(p.start)
	p.mu.Lock()
	p.asked = append(p.asked, name)
	p.mu.Unlock()
	if p.broken != nil {
		if answer := p.broken(age, name); answer != nil {
			answer(w, r)
			return
		}
	}
	if p.life > 0 {
		age %= p.life
	}
	amounts := map[string]func(time.Duration) map[string]int64{heapName: p.heap, goroutineName: p.goroutines, leakedName: p.leaked}[name]
	if amounts == nil {
		http.NotFound(w, r)
		return
	}
	w.Write(encode(p.t, name, age, amounts(age)))
}

// encode returns a profile. A terabyte is allocated in each place in an hour.
func encode(t *testing.T, name string, age time.Duration, amounts map[string]int64) []byte {
	p := &pprof.Profile{SampleType: []*pprof.ValueType{{Type: name, Unit: "count"}}}
	if name == heapName {
		p.SampleType = []*pprof.ValueType{{Type: "alloc_space", Unit: "bytes"}, {Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"}}
	}
	for at, amount := range amounts {
		fn, where, _ := strings.Cut(at, " ")
		file, line, _ := strings.Cut(where, ":")
		f := &pprof.Function{ID: uint64(len(p.Function) + 1), Name: fn, Filename: file}
		n, err := strconv.Atoi(line)
		if err != nil {
			t.Error(err)
		}
		l := &pprof.Location{ID: f.ID, Line: []pprof.Line{{Function: f, Line: int64(n)}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		value := []int64{amount}
		if name == heapName {
			value = []int64{amount + int64(age.Hours()*1e12), 1, amount}
		}
		p.Sample = append(p.Sample, &pprof.Sample{Location: []*pprof.Location{l}, Value: value})
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Error(err)
	}
	return b.Bytes()
}

// RoundTrip has requests answered without a network, which time in a test would
// wait for.
func (p *program) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// watch runs the command on the program, and returns what it prints and its exit
// code. The module has no findings.
func (p *program) watch(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	return p.watchWith(ctx, func(context.Context, []string) (*driver.Result, error) { return new(driver.Result), nil }, args...)
}

func (p *program) watchWith(ctx context.Context, find func(context.Context, []string) (*driver.Result, error), args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	o, err := parse(driver.Suite{}, append(args, "http://server/debug/pprof"))
	if err == flag.ErrHelp || err != nil {
		p.t.Fatal(err)
	}
	o.find = find
	o.server.client.Transport = p
	p.start = time.Now()
	var out, errs bytes.Buffer
	code = o.newRun(&out, &errs).watch(ctx, p.t.Context())
	return out.String(), errs.String(), code
}
