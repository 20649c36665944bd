package driver

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"go/version"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/gcexportdata"
)

// enough is how many packages of others must be missing for the build cache to be
// worth a look: so many are type-checked in the time that it takes.
const enough = 50

// withExport asks the go command for export data that it has. With -n, it compiles
// nothing.
var withExport = []string{"-export", "-n"}

// borrow takes over what the build cache of the go command has of export data that
// units may import and that is missing. What it does not have, or nobody can read,
// is made when it is needed.
func (x *exports) borrow(ctx context.Context, opts Options, listed time.Time) {
	env := x.listing.env
	if version.Compare(version.Lang(env.GOVERSION), version.Lang(runtime.Version())) > 0 || strings.Contains(env.GOFLAGS, "-trimpath") {
		return // has another format, or lacks folders
	}
	missing := make(map[string]*exported)
	lasting := 0
	for _, e := range x.order {
		if e.fixed {
			continue
		}
		for _, d := range e.imports {
			if missing[d.ImportPath] == nil && !x.has(d) {
				missing[d.ImportPath] = d
				if d.fixed {
					lasting++
				}
			}
		}
	}
	start := time.Now()
	packages := x.listing.packages
	if !x.listing.withExport {
		if lasting < enough {
			return
		}
		listed = start
		var err error
		if packages, _, err = goList(ctx, opts, opts.Patterns, append(withExport, "-deps", "-json=ImportPath,Export")...); err != nil {
			return
		}
	}
	parallel(x.workers, packages, func(p *listPackage) {
		e := missing[p.ImportPath]
		if e == nil || p.Export == "" || !e.fixed && e.changedSince(listed) {
			return
		}
		if data, err := exportData(p.Export); err == nil {
			x.keep(e, data)
		}
	})
	x.stats.Since(phaseDepBorrow, start)
}

// changedSince reports whether a file of p may not be what the go command has seen.
func (p *listPackage) changedSince(listed time.Time) bool {
	return slices.ContainsFunc(p.sources(), func(name string) bool { return !stampOf(name).time.Before(listed.Add(-tick)) })
}

// exportData returns the export data in a file that a compiler wrote.
func exportData(name string) (data []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, f.Close()) }()
	//lint:ignore SA1019 `go list -export` names archives up to go1.27
	r, err := gcexportdata.NewReader(bufio.NewReaderSize(f, 32<<10))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return io.ReadAll(r)
}
