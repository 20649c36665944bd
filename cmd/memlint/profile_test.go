package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
	"github.com/rogpeppe/go-internal/testscript"
)

// heap is a command of scripts: `heap file hour lines` writes a heap profile as it is at
// that hour. Each line of the file lines is "MiB objects", and the calls of a stack from the
// innermost on, each as "function file:line:start".
func heap(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: heap file hour lines")
	}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		ts.Check(err)
		return n
	}
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"}},
		TimeNanos:  time.Date(2026, 1, 2, int(number(args[1])), 0, 0, 0, time.UTC).UnixNano(),
	}
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		words := strings.Fields(line)
		sample := &profile.Sample{Value: []int64{number(words[1]), number(words[0]) << 20}}
		for i := 2; i+1 < len(words); i += 2 {
			at := strings.Split(words[i+1], ":")
			fn := &profile.Function{ID: uint64(len(p.Function) + 1), Name: words[i], Filename: at[0], StartLine: number(at[2])}
			l := &profile.Location{ID: fn.ID, Line: []profile.Line{{Function: fn, Line: number(at[1])}}}
			p.Function, p.Location = append(p.Function, fn), append(p.Location, l)
			sample.Location = append(sample.Location, l)
		}
		p.Sample = append(p.Sample, sample)
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(p.Write(f))
	ts.Check(f.Close())
}
