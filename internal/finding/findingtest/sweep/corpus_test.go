package sweep_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/txtar"
)

// standard returns the packages of the standard library.
func standard(t *testing.T) corpus {
	return corpus{packages: strings.Fields(goCommand(t, ".", nil, "list", "std"))}
}

// modules returns the packages of other modules that this one and its tests depend on.
func modules(t *testing.T) corpus {
	c := corpus{dir: filepath.Join("..", "..", "..", "..")}
	const others = "{{if and .Module (not .Standard) (not .ForTest)}}{{if not .Module.Main}}{{.ImportPath}}{{end}}{{end}}"
	c.packages = strings.Fields(goCommand(t, c.dir, nil, "list", "-deps", "-test", "-f", others, "./..."))
	return c
}

// testsOfGo returns the programs of the folder test of GOROOT, but for those that
// must not compile.
func testsOfGo(t *testing.T) corpus {
	root := filepath.Join(goEnv(t, "GOROOT"), "test")
	if _, err := os.Stat(root); err != nil {
		t.Skip("this installation of Go has no tests: ", err)
	}
	return programs(t, root, func(name string, src []byte) bool {
		action, _, _ := strings.Cut(string(src), "\n")
		if isDir := path.Ext(path.Dir(name)) == ".dir"; isDir {
			action = ""
			if src, err := os.ReadFile(filepath.Join(root, strings.TrimSuffix(path.Dir(name), ".dir")+".go")); err == nil {
				action, _, _ = strings.Cut(string(src), "\n")
			}
		}
		return !strings.Contains(action, "errorcheck") && !strings.Contains(action, "skip")
	})
}

// testsOfTools returns the programs that x/tools has for tests of SSA, call graphs
// and analyzers.
func testsOfTools(t *testing.T) corpus {
	root := strings.TrimSpace(goCommand(t, ".", nil, "list", "-m", "-f", "{{.Dir}}", "golang.org/x/tools"))
	return programs(t, root, func(name string, src []byte) bool {
		return strings.HasPrefix(name, "go/") && strings.Contains(name, "/testdata/")
	})
}

// programs returns the Go files below a folder that keep wants, each as a package of
// its own. Those of a folder NAME.dir are packages by what they say they are, which
// import each other as "./NAME"; and so are those of an archive, which is a module.
func programs(t *testing.T, root string, keep func(name string, src []byte) bool) corpus {
	t.Helper()
	c := corpus{dir: t.TempDir()}
	write(t, c.dir, "go.mod", modfile.Format(newModule(t).Syntax))
	seen := make(map[string]bool)
	add := func(pkg, file string, src []byte) {
		pkg = strings.ReplaceAll(pkg, "/", "-")
		write(t, c.dir, path.Join(pkg, file), src)
		if !seen[pkg] {
			seen[pkg] = true
			c.packages = append(c.packages, "./"+pkg)
		}
	}
	inDir := make(map[string]string) // packages of folders NAME.dir, by folder and name
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		isArchive := path.Ext(name) == ".txtar"
		if err != nil || d.IsDir() || path.Ext(name) != ".go" && !isArchive || strings.HasSuffix(name, "_test.go") {
			return err
		}
		src, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !keep(name, src) {
			return err
		}
		switch dir, file := path.Split(name); {
		case isArchive:
			unpack(strings.TrimSuffix(name, ".txtar"), txtar.Parse(src), add)
		case strings.HasSuffix(dir, ".dir/"):
			f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly)
			if err != nil {
				return nil // it is not to compile
			}
			pkg := inDir[dir+f.Name.Name]
			if pkg == "" {
				pkg = strings.TrimSuffix(name, ".go")
				inDir[dir+f.Name.Name] = pkg
			}
			add(pkg, file, relative.ReplaceAll(src, []byte(`"sweep/`+strings.ReplaceAll(dir, "/", "-")+`$1"`)))
		default:
			add(strings.TrimSuffix(name, ".go"), file, src)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Not all are for this system.
	c.packages = strings.Fields(goCommand(t, c.dir, c.env, "list", "-e", "-f", "{{if .GoFiles}}{{.ImportPath}}{{end}}", "./..."))
	if len(c.packages) == 0 {
		t.Fatalf("no programs below %s", root)
	}
	return c
}

var relative = regexp.MustCompile(`"\./(\w+)"`)

// unpack adds the packages of an archive that is a module.
func unpack(name string, archive *txtar.Archive, add func(pkg, file string, src []byte)) {
	name = strings.ReplaceAll(name, "/", "-")
	mod := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "go.mod" })
	if mod < 0 {
		return
	}
	own := regexp.MustCompile(`"` + regexp.QuoteMeta(modfile.ModulePath(archive.Files[mod].Data)) + `/([^"]*)"`)
	for _, f := range archive.Files {
		if dir, file := path.Split(f.Name); path.Ext(file) == ".go" {
			add(path.Join(name, dir), file, own.ReplaceAllFunc(f.Data, func(imported []byte) []byte {
				rest := own.FindSubmatch(imported)[1]
				return fmt.Appendf(nil, "%q", "sweep/"+name+"-"+string(bytes.ReplaceAll(rest, []byte("/"), []byte("-"))))
			}))
		}
	}
}

// newModule returns a go.mod for the version of Go of this one.
func newModule(t *testing.T) *modfile.File {
	t.Helper()
	f := new(modfile.File)
	err := f.AddModuleStmt("sweep")
	if err == nil {
		err = f.AddGoStmt("1.26")
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(goCommand(t, ".", nil, "env", name))
}

// goCommand returns what the go command prints.
func goCommand(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(cmd.Environ(), []string{"GOWORK=off", "GOPROXY=off"}, env)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", cmd, err, err.(*exec.ExitError).Stderr)
	}
	return string(out)
}
