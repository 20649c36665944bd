// Command modules writes the table of what results of functions of other modules owe:
//
//	go run ./internal/engine/duty/modules -o internal/engine/duty/modules.txt
//
// It takes each module of the list, and all that it imports, for the main module, so that
// their functions have facts, and prints those of exported functions. Arguments are the
// paths of modules, if not all are asked for. Nothing is run of what it downloads.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/memlint/memlint/internal/engine/duty"
)

// list.txt has the modules and their versions and, if not all is asked for, which of their
// packages.
//
//go:embed list.txt
var list string

const head = `# What results of functions of other modules owe, in the form of std.txt.
# Written by internal/engine/duty/modules from the sources of the modules; do not edit.
`

func main() {
	log.SetFlags(0)
	log.SetPrefix("modules: ")
	out := flag.String("o", "", "`file` to write; standard output if empty")
	flag.Parse()
	var text bytes.Buffer
	text.WriteString(head)
	for module := range strings.Lines(list) {
		words := strings.Fields(module)
		if len(words) < 2 {
			log.Fatalf("list.txt: bad line %q", module)
		}
		path, version := words[0], words[1]
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), path) {
			continue
		}
		rows, err := table(path, version, words[2:])
		if err != nil {
			log.Fatalf("%s %s: %v", path, version, err)
		}
		log.Printf("%s %s: %d", path, version, len(rows))
		fmt.Fprintf(&text, "\n# %s %s\n", path, version)
		for _, row := range rows {
			fmt.Fprintln(&text, row)
		}
	}
	if *out == "" {
		os.Stdout.Write(text.Bytes())
		return
	}
	if err := os.WriteFile(*out, text.Bytes(), 0o666); err != nil {
		log.Fatal(err)
	}
}

// table returns the rows of a module, sorted, or those of the packages that patterns name.
func table(path, version string, patterns []string) ([]string, error) {
	dir, err := os.MkdirTemp("", "modules")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	gomod := fmt.Sprintf("module table\n\nrequire %s %s\n", path, version)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(gomod), 0o666); err != nil {
		return nil, err
	}
	if len(patterns) == 0 {
		patterns = []string{path + "/..."}
	}
	pkgs, err := packages.Load(&packages.Config{
		Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off"),
		Mode: packages.LoadAllSyntax | packages.NeedModule,
	}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("loading: %w", err)
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if p.Module != nil {
			p.Module.Version = "" // what it imports has facts, too
		}
	})
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		return len(p.Errors) > 0 || p.Name == "main" || p.Module == nil || p.Module.Path != path
	})
	graph, err := checker.Analyze([]*analysis.Analyzer{duty.Analyzer}, pkgs, nil)
	if err != nil {
		return nil, fmt.Errorf("analysing: %w", err)
	}
	var rows []string
	for _, act := range graph.Roots {
		if act.Err != nil {
			log.Printf("%s: left out: %v", act.Package.PkgPath, act.Err)
			continue
		}
		for _, f := range act.AllObjectFacts() {
			fn, ok := f.Object.(*types.Func)
			owes, fact := f.Fact.(*duty.Owes)
			if ok && fact && payable(owes) && !byPart(fn, owes) && fn.Pkg() == act.Package.Types && reachable(fn) && !strings.Contains(fn.Pkg().Path()+"/", "/internal/") {
				rows = append(rows, fn.FullName()+": "+owes.Text())
			}
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows), nil
}

// payable reports whether a function has debts that other packages can pay.
func payable(owes *duty.Owes) bool {
	return len(owes.Debts) > 0 && !slices.ContainsFunc(owes.Debts, func(d duty.Debt) bool {
		return len(d.Ends) > 0 && !token.IsExported(d.Ends[0])
	})
}

// byPart reports whether a result is a struct that is ended by a method of a struct inside it: of another
// module it is not known that this ends what the whole has.
func byPart(fn *types.Func, owes *duty.Owes) bool {
	return slices.ContainsFunc(owes.Debts, func(d duty.Debt) bool {
		if d.Result < 0 || d.Path != "" || len(d.Ends) == 0 {
			return false
		}
		typ := fn.Signature().Results().At(d.Result).Type()
		s, ok := typ.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		method, index, _ := types.LookupFieldOrMethod(typ, true, fn.Pkg(), d.Ends[0])
		if method == nil || len(index) < 2 {
			return false
		}
		_, inside := s.Field(index[0]).Type().Underlying().(*types.Struct)
		return inside
	})
}

// reachable reports whether other packages can name the receiver of a function, if it has one.
func reachable(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	if recv == nil {
		return true
	}
	typ := recv.Type()
	if p, ok := typ.(*types.Pointer); ok {
		typ = p.Elem()
	}
	n, ok := typ.(*types.Named)
	return ok && n.Obj().Exported()
}
