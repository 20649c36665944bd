// Command modules writes the table of what results of functions of other modules owe:
//
//	go run ./internal/engine/duty/modules -o internal/engine/duty/modules.txt
//
// It takes each module of the list as the main module, so that its functions have facts,
// and prints those of exported functions. Nothing is run of what it downloads.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"go/types"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/memlint/memlint/internal/engine/duty"
)

// list.txt has the modules and their versions.
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
		path, version, ok := strings.Cut(strings.TrimSpace(module), " ")
		if !ok {
			continue
		}
		rows, err := table(path, version)
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

// table returns the rows of a module, sorted.
func table(path, version string) ([]string, error) {
	dir, err := os.MkdirTemp("", "modules")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := unpack(path, version, dir); err != nil {
		return nil, err
	}
	pkgs, err := packages.Load(&packages.Config{
		Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off"),
		Mode: packages.LoadAllSyntax | packages.NeedModule,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("loading: %w", err)
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool { return len(p.Errors) > 0 || p.Name == "main" })
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
			if ok && fact && fn.Pkg() == act.Package.Types && reachable(fn) && !strings.Contains(fn.Pkg().Path()+"/", "/internal/") {
				rows = append(rows, fn.FullName()+": "+owes.Text())
			}
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows), nil
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

// unpack puts a copy of a module into a folder, which the go command takes for the main
// module there.
func unpack(path, version, dir string) error {
	cmd := exec.Command("go", "mod", "download", "-json", path+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("downloading: %w\n%s", err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return fmt.Errorf("downloading: %w", err)
	}
	err = filepath.WalkDir(module.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(module.Dir, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(to, 0o777)
		case strings.HasSuffix(name, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
	if err != nil {
		return fmt.Errorf("copying: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module "+path+"\n"), 0o666)
	}
	return nil
}
