package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A program is one of Go's, with the functions of the goroutines that leak in it.
type program struct {
	name  string
	leaks []string
}

// label is what a pattern of the test says: the name of a function as stacks have it,
// then what it waits for.
var label = regexp.MustCompile(`^(.*?)(?:\\\()?\.\* \\\[`)

// readLabels reads the programs of the test of the profile.
func readLabels(name string) ([]program, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var programs []program
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "makeTest" && fun.Name != "makeFlakyTest" {
			return true
		}
		var p program
		for i, arg := range call.Args {
			lit, ok := arg.(*ast.BasicLit)
			if !ok {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				return true
			}
			if i == 0 {
				p.name = text
			} else if m := label.FindStringSubmatch(text); m != nil {
				p.leaks = append(p.leaks, strings.ReplaceAll(m[1], `\`, ""))
			}
		}
		programs = append(programs, p)
		return true
	})
	if len(programs) == 0 {
		return nil, fmt.Errorf("%s has no programs", name)
	}
	return programs, nil
}

// A function is where a function or literal stands, and where others are started.
type function struct {
	name     string // as stacks have it, without the package
	file     string
	from, to int            // lines
	goes     map[int]string // the names of what is started at a line
}

// readFunctions returns the functions and literals in the Go files of a folder.
func readFunctions(dir string) ([]function, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var funcs []function
	fset := token.NewFileSet()
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		line := func(pos token.Pos) int { return fset.Position(pos).Line }
		var visit func(body ast.Node, f *function, outer string)
		visit = func(body ast.Node, f *function, outer string) {
			n := 0
			ast.Inspect(body, func(node ast.Node) bool {
				switch node := node.(type) {
				case *ast.GoStmt:
					switch fun := node.Call.Fun.(type) {
					case *ast.SelectorExpr:
						f.goes[line(node.Pos())] = fun.Sel.Name
					case *ast.Ident:
						f.goes[line(node.Pos())] = fun.Name
					}
				case *ast.FuncLit:
					n++
					inner := function{name: fmt.Sprintf("%s.%d", outer, n), file: name, from: line(node.Pos()), to: line(node.End()), goes: make(map[int]string)}
					if f.name == outer && !strings.Contains(outer, ".func") {
						inner.name = fmt.Sprintf("%s.func%d", outer, n)
					}
					visit(node.Body, &inner, inner.name)
					funcs = append(funcs, inner)
					return false
				}
				return true
			})
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			f := function{name: decl.Name.Name, file: name, from: line(decl.Pos()), to: line(decl.End()), goes: make(map[int]string)}
			if decl.Recv != nil {
				switch t := decl.Recv.List[0].Type.(type) {
				case *ast.StarExpr:
					f.name = fmt.Sprintf("(*%s).%s", t.X, f.name)
				case *ast.Ident:
					f.name = t.Name + "." + f.name
				}
			}
			visit(decl.Body, &f, f.name)
			funcs = append(funcs, f)
		}
	}
	return funcs, nil
}

// A place is a line of a file.
type place struct {
	file string
	line int
}

// A finding is one of goroutineleak, with its notes.
type finding struct {
	text   string
	places []place
}

var posn = regexp.MustCompile(`^(\t?)(.+\.go):(\d+):\d+: `)

// readFindings reads what memlint prints.
func readFindings(out, root string) []finding {
	var found []finding
	for text := range strings.Lines(out) {
		m := posn.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[3])
		at := place{filepath.Join(root, m[2]), n}
		if m[1] == "" {
			found = append(found, finding{text: strings.TrimSpace(text)})
		}
		if f := &found[len(found)-1]; strings.Contains(f.text, "(goroutineleak/") {
			f.places = append(f.places, at)
		}
	}
	kept := found[:0]
	for _, f := range found {
		if len(f.places) > 0 {
			kept = append(kept, f)
		}
	}
	return kept
}

// shows reports whether a place is in the function of a label, or starts it.
func shows(funcs []function, at place, name string) bool {
	for _, f := range funcs {
		if f.file != at.file || at.line < f.from || f.to < at.line {
			continue
		}
		if f.name == name {
			return true
		}
		if started := f.goes[at.line]; started != "" && strings.HasSuffix(name, "."+started) || started == name && started != "" {
			return true
		}
	}
	return false
}
