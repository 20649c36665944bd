package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
)

// A listPackage is what `go list` says of one package.
type listPackage struct {
	ImportPath      string // with the test it was recompiled for, as "p [q.test]"
	Name            string
	Dir             string
	DepOnly         bool
	Standard        bool
	ForTest         string
	Match           []string
	Module          *analysis.Module
	GoFiles         []string
	CgoFiles        []string
	CompiledGoFiles []string // what cgo made of the package, see translate
	Export          string   // file of export data, see borrow
	IgnoredGoFiles  []string
	Imports         []string
	ImportMap       map[string]string
	Error           *listError

	EmbedPatterns, TestEmbedPatterns, XTestEmbedPatterns []string

	CFiles, CXXFiles, MFiles, HFiles, FFiles, SFiles      []string
	SwigFiles, SwigCXXFiles, SysoFiles, IgnoredOtherFiles []string
}

type listError struct {
	Pos string
	Err string
}

// listFields is what the go command is asked for. It computes only what it is
// asked for, and this is the floor of the time a run takes. That there is nothing
// to embed it says only if it is asked for what is embedded.
const listFields = "ImportPath,Name,Dir,DepOnly,Standard,ForTest,Match,Module," +
	"GoFiles,CgoFiles,IgnoredGoFiles,Imports,ImportMap,Error," +
	"EmbedPatterns,TestEmbedPatterns,XTestEmbedPatterns,EmbedFiles,TestEmbedFiles,XTestEmbedFiles," +
	"CFiles,CXXFiles,MFiles,HFiles,FFiles,SFiles,SwigFiles,SwigCXXFiles,SysoFiles,IgnoredOtherFiles"

// path returns the package path, which variants for tests share.
func (p *listPackage) path() string { return path(p.ImportPath) }

// path returns the package path in the name that `go list` has for a package.
func path(id string) string {
	path, _, _ := strings.Cut(id, " ")
	return path
}

// base returns the path of the package that p is, or is there to test.
func (p *listPackage) base() string { return cmp.Or(p.ForTest, p.path()) }

// isTestMain reports whether p is a main package that `go test` generates.
func (p *listPackage) isTestMain() bool {
	return p.Name == "main" && p.ForTest == "" && strings.HasSuffix(p.ImportPath, ".test") &&
		len(p.GoFiles) == 1 && filepath.IsAbs(p.GoFiles[0])
}

// isEmpty reports whether p is the plain package of a folder that has nothing
// but tests, which is no error.
func (p *listPackage) isEmpty() bool {
	return p.Error == nil && len(p.GoFiles)+len(p.CgoFiles) == 0
}

// needsCgo reports whether files of p are written by a tool before Go can read them.
func (p *listPackage) needsCgo() bool {
	return len(p.CgoFiles)+len(p.SwigFiles)+len(p.SwigCXXFiles) > 0
}

// sources returns the Go files that p is made of: as cgo made them, if it did.
func (p *listPackage) sources() []string {
	if len(p.CompiledGoFiles) > 0 {
		return p.abs(p.CompiledGoFiles)
	}
	return p.abs(p.GoFiles, p.CgoFiles)
}

// isXTest reports whether p is an external test package, "p_test [p.test]".
func (p *listPackage) isXTest() bool {
	return p.ForTest != "" && p.path() == p.ForTest+"_test"
}

// isRecompiled reports whether p is compiled again for the test of another
// package, which it imports, "p [q.test]".
func (p *listPackage) isRecompiled() bool {
	return p.ForTest != "" && p.path() != p.ForTest && !p.isXTest()
}

// abs returns the files with the folder of the package in front.
func (p *listPackage) abs(lists ...[]string) []string {
	var files []string
	for _, list := range lists {
		for _, file := range list {
			if !filepath.IsAbs(file) {
				file = filepath.Join(p.Dir, file)
			}
			files = append(files, file)
		}
	}
	return files
}

// otherFiles returns the files of p that are compiled in and not Go.
func (p *listPackage) otherFiles() []string {
	return p.abs(p.CFiles, p.CXXFiles, p.MFiles, p.HFiles, p.FFiles, p.SFiles, p.SwigFiles, p.SwigCXXFiles, p.SysoFiles)
}

// imports calls yield for the name of each package that p imports.
func (p *listPackage) imports(yield func(string) bool) {
	for _, path := range p.Imports {
		if path != "C" && path != "unsafe" && !yield(path) {
			return
		}
	}
}

// A listing is the answer of the go command: packages after those they import.
type listing struct {
	packages []*listPackage
	byID     map[string]*listPackage
	env      goEnv

	withExport bool // Export is told
}

// goEnv is what the driver needs to know of the toolchain.
type goEnv struct {
	GOVERSION  string
	GOOS       string
	GOHOSTOS   string
	GOARCH     string
	GOHOSTARCH string
	GOMOD      string // os.DevNull or "" outside of modules
	GOWORK     string
	GOROOT     string
	GOMODCACHE string
	GOENV      string // file of settings, or "off"
	GOFLAGS    string
	CC         string
}

// noModule reports whether there is no go.mod and no go.work to go by.
func (e goEnv) noModule() bool {
	return (e.GOMOD == "" || e.GOMOD == os.DevNull) && e.GOWORK == ""
}

// list asks the go command for the packages that match the patterns of opts
// and for all they depend on. The error is one line.
func list(ctx context.Context, opts Options) (*listing, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	type envAnswer struct {
		env goEnv
		err error
	}
	envc := make(chan envAnswer, 1)
	go func() {
		var a envAnswer
		out, _, err := goCommand(ctx, opts, "env", "-json", "GOVERSION", "GOOS", "GOHOSTOS", "GOARCH", "GOHOSTARCH",
			"GOMOD", "GOWORK", "GOROOT", "GOMODCACHE", "GOENV", "GOFLAGS", "CC")
		if a.err = err; err == nil {
			a.err = json.Unmarshal(out, &a.env)
		}
		if e := a.env; a.err == nil && (e.GOOS != e.GOHOSTOS || e.GOARCH != e.GOHOSTARCH) {
			// Only who may have to compile is told that there is no such system.
			_, _, a.err = goCommand(ctx, opts, "list", "-compiled", "unsafe")
		}
		envc <- a
	}()

	flags := []string{"-deps", "-json=" + listFields}
	first := opts.Cache.IsEmpty()
	if first { // nothing is there to take types from
		flags = append(withExport, "-deps", "-json="+listFields+",Export")
	}
	packages, stderr, err := goList(ctx, opts, opts.Patterns, flags...)
	env := <-envc
	if err = cmp.Or(err, env.err); err != nil {
		return nil, err
	}

	adopt(packages)
	l := &listing{packages: packages, byID: make(map[string]*listPackage), env: env.env, withExport: first}
	for _, p := range packages {
		if p.Error != nil && slices.Contains(opts.Patterns, p.ImportPath) && strings.HasSuffix(p.ImportPath, ".go") && !strings.Contains(p.ImportPath, "/") {
			// To the go command, a file that does not exist is a package.
			p.Error = &listError{Err: "no such file"}
		}
		l.byID[p.ImportPath] = p
	}
	for _, pattern := range opts.Patterns {
		if !l.matched(canonical(pattern)) {
			return nil, unmatched(pattern, stderr)
		}
	}
	return l, nil
}

// translate has cgo make Go of packages that import "C": those that which says. The
// go command runs the tool and the C compiler, for these packages and for what they
// import, and keeps what comes of it. The error is one line.
func (l *listing) translate(ctx context.Context, opts Options, which func(*listPackage) bool) error {
	var patterns []string
	wanted := make(map[string]int)
	for i, p := range l.packages {
		if p.Error != nil || !p.isFaked() || !which(p) {
			continue
		}
		wanted[p.ImportPath] = i
		if p.ImportPath == "command-line-arguments" {
			patterns = opts.Patterns
			break
		}
		patterns = append(patterns, p.base())
	}
	if len(patterns) == 0 {
		return nil
	}
	defer opts.Stats.Since(phaseCgo, time.Now())
	slices.Sort(patterns)
	packages, _, err := goList(ctx, opts, slices.Compact(patterns), "-compiled", "-json=ImportPath,CompiledGoFiles,Imports,ImportMap,Error")
	if err != nil {
		return err
	}
	for _, made := range packages {
		i, ok := wanted[made.ImportPath]
		if !ok {
			continue
		}
		p := *l.packages[i]
		p.CompiledGoFiles, p.Imports, p.ImportMap, p.Error = made.CompiledGoFiles, made.Imports, made.ImportMap, made.Error
		l.packages[i], l.byID[p.ImportPath] = &p, &p
	}
	return nil
}

// goList runs `go list` with the settings of opts and some flags, and returns the
// packages that it prints, and what it says on standard error.
func goList(ctx context.Context, opts Options, patterns []string, flags ...string) (packages []*listPackage, stderr string, err error) {
	args := append([]string{"list", "-e", "-buildvcs=false", fmt.Sprintf("-test=%t", opts.Tests)}, flags...)
	if opts.Tags != "" {
		args = append(args, "-tags="+opts.Tags)
	}
	if len(opts.Overlay) > 0 {
		name, remove, err := writeOverlay(opts.Overlay)
		if err != nil {
			return nil, "", fmt.Errorf("cannot write the overlay for the go command: %w", err)
		}
		defer remove()
		args = append(args, "-overlay="+name)
	}
	out, stderr, err := goCommand(ctx, opts, append(append(args, "--"), patterns...)...)
	if err != nil {
		return nil, "", err
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		p := new(listPackage)
		if err := dec.Decode(p); err == io.EOF {
			return packages, stderr, nil
		} else if err != nil {
			return nil, "", fmt.Errorf("cannot read what `go list` prints: %v", err)
		}
		packages = append(packages, p)
	}
}

// writeOverlay writes files in the form that the flag -overlay of the go
// command takes, to a folder that remove removes.
func writeOverlay(files map[string][]byte) (name string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "memlint-overlay-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	var overlay struct{ Replace map[string]string }
	overlay.Replace = make(map[string]string)
	for i, file := range slices.Sorted(maps.Keys(files)) {
		text := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(text, files[file], 0o600); err != nil {
			return "", nil, err
		}
		overlay.Replace[file] = text
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		return "", nil, err
	}
	name = filepath.Join(dir, "overlay.json")
	return name, remove, os.WriteFile(name, data, 0o600)
}

// canonical returns a pattern as the go command tells which one a package matches:
// without a slash at its end, say.
func canonical(pattern string) string {
	local := strings.HasPrefix(pattern, "./")
	switch pattern = pathpkg.Clean(pattern); {
	case local && pattern != ".":
		return "./" + pattern
	default:
		return pattern
	}
}

// matched reports whether some package was found, or is said to be missing,
// for the pattern. Names of files make one package together.
func (l *listing) matched(pattern string) bool {
	return slices.ContainsFunc(l.packages, func(p *listPackage) bool {
		return slices.Contains(p.Match, pattern) || p.ImportPath == "command-line-arguments"
	})
}

// unmatched returns the error for a pattern that nothing matches.
func unmatched(pattern, stderr string) error {
	// Without -e, `go list` tells much more about a pattern outside any module.
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "go: "))
		if line != "" && !strings.HasPrefix(line, "warning: ") && !strings.HasPrefix(line, "downloading ") {
			return fmt.Errorf("pattern %s: %s", pattern, line)
		}
	}
	return fmt.Errorf("pattern %s matches no packages", pattern)
}

// goCommand runs the go command in the folder of opts and returns what it
// printed. The error is one line, taken from standard error if the command
// failed.
func goCommand(ctx context.Context, opts Options, args ...string) (stdout []byte, stderr string, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = opts.Dir
	if opts.Env != nil {
		cmd.Env = append(slices.Clone(opts.Env), "PWD="+opts.Dir)
	}
	var outBuf, errBuf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &outBuf, &errBuf
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && ctx.Err() == nil {
		err = fmt.Errorf("go %s: %s", args[0], firstCause(errBuf.String(), exit))
	}
	return outBuf.Bytes(), errBuf.String(), err
}

// firstCause boils what the go command says when it fails down to one line:
// its first lines up to one that is neither a heading nor one of a chain that
// leads to the cause.
func firstCause(stderr string, exit error) string {
	var words []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "go: "))
		if line == "" || strings.HasPrefix(line, "downloading ") || strings.HasPrefix(line, "warning: ") {
			continue
		}
		words = append(words, line)
		leads := func(end string) bool { return strings.HasSuffix(line, end) }
		if !slices.ContainsFunc([]string{":", " requires", " imports", " tested by"}, leads) {
			break
		}
	}
	if words == nil {
		return exit.Error()
	}
	return strings.Join(words, " ")
}
