package driver

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/manifest"
)

// The result of a run is kept for the next one that asks the same, with a
// manifest of what the go command and the analyzers read to come to it: files
// that are not there, and folders in which others may appear, among them. As
// long as all is as it was, so is the result, and the go command, which takes
// most of the time when nothing has changed, need not be asked.
//
// Where it is not known all of what a run depends on, its result is not kept:
//
//   - if there are problems, which may go away by themselves;
//   - if packages beyond the standard library use cgo, and with it compilers
//     and headers of the system;
//   - if GOFLAGS names files, if patterns with ... are paths of packages, which
//     may be anywhere, and outside of modules;
//   - if the go command is not in a GOROOT, such as a script that chooses one.
//
// Modules of the module cache are taken to be what their versions say, as the
// go command takes them.

// answers keeps results. A nil one keeps none.
type answers struct {
	cache  *cache.Cache
	opts   Options
	key    cache.Key
	began  time.Time
	around *manifest.Manifest // what decides which modules are the main ones
}

// newAnswers returns the answers of a run, nil if none can be kept.
func newAnswers(opts Options, all []*analysis.Analyzer) *answers {
	if opts.Cache == nil || opts.Env != nil {
		return nil
	}
	tool, err := executable()
	if err != nil {
		return nil
	}
	a := &answers{cache: opts.Cache, opts: opts, began: time.Now()}
	var around []string
	for dir := range ancestors(opts.Dir) {
		around = append(around, filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.work"))
	}
	var ok bool
	if a.around, ok = manifest.Take(around, a.began); !ok {
		return nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "memlint answer 1\n%x\n%q %q %q %t\n", tool, opts.Dir, opts.Patterns, opts.Tags, opts.Tests)
	writeFlags(h, all)
	environ := slices.DeleteFunc(os.Environ(), func(v string) bool { return !matters(v) })
	slices.Sort(environ)
	fmt.Fprintf(h, "%q\n", environ)
	a.key = cache.Key(h.Sum(nil))
	return a
}

// matters reports whether the go command looks at a variable of the environment,
// "NAME=value".
func matters(v string) bool {
	name, _, _ := strings.Cut(v, "=")
	switch name {
	case "PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "CC", "CXX", "FC", "AR", "PKG_CONFIG":
		return true
	}
	return strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_")
}

// A keptAnswer is a result and what it depends on.
type keptAnswer struct {
	Manifest *manifest.Manifest
	Result   *Result
	Units    []byte // keys of what is kept of each package
}

// recall returns the result of an earlier run if it is that of this one, too;
// nil otherwise.
func (a *answers) recall() *Result {
	if a == nil {
		return nil
	}
	first := a.cache.Use(a.key)
	data, ok := a.cache.Get(a.key)
	var k keptAnswer
	if !ok || gob.NewDecoder(bytes.NewReader(data)).Decode(&k) != nil || !k.Manifest.Holds() {
		return nil
	}
	if first {
		// The first run after a change needs what is kept of packages.
		for key := range slices.Chunk(k.Units, len(cache.Key{})) {
			a.cache.Use(cache.Key(key))
		}
	}
	return k.Result
}

// keep keeps the result of a run.
func (a *answers) keep(l *listing, units []*unit, result *Result) {
	if a == nil || len(result.Problems) > 0 {
		return
	}
	in := inputs{listing: l, names: make(map[string]bool)}
	if !in.collect(a.opts) {
		return
	}
	for _, name := range a.around.Names {
		in.names[name] = true
	}
	var names []string
	for name := range in.names {
		names = append(names, name)
	}
	m, ok := manifest.Take(names, a.began)
	if !ok || !a.around.Holds() {
		return
	}
	var keys []byte
	for _, u := range units {
		keys = append(keys, u.key[:]...)
	}
	var data bytes.Buffer
	if gob.NewEncoder(&data).Encode(keptAnswer{m, result, keys}) == nil {
		a.cache.Put(a.key, data.Bytes())
	}
}

// inputs are the files and folders that an answer of the go command depends on.
type inputs struct {
	*listing
	names map[string]bool
	local []localModule
}

// A localModule is one that can be edited.
type localModule struct{ path, dir string }

func (in *inputs) add(names ...string) {
	for _, name := range names {
		in.names[name] = true
	}
}

// collect finds the inputs. It is not ok if it cannot be told which they are.
func (in *inputs) collect(opts Options) (ok bool) {
	if in.env.noModule() || in.env.GOMODCACHE == "" || !in.toolchain() || !in.modules() {
		return false
	}
	for _, pattern := range opts.Patterns {
		if !in.pattern(pattern, opts.Dir) {
			return false
		}
	}
	seen := make(map[string]bool)
	for _, p := range in.packages {
		if p.Error != nil || !p.Standard && len(p.CgoFiles)+len(p.SwigFiles)+len(p.SwigCXXFiles) > 0 {
			return false
		}
		in.rivals(p)
		if !in.isFixed(p) && !seen[p.ImportPath] {
			seen[p.ImportPath] = true
			if !in.pkg(p) {
				return false
			}
		}
	}
	return true
}

// isFixed reports whether the files of p are those of a version of a module.
func (l *listing) isFixed(p *listPackage) bool {
	return l.env.GOMODCACHE != "" && isBelow(p.Dir, l.env.GOMODCACHE) && (p.Module == nil || !p.Module.Main)
}

func isBelow(name, dir string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// toolchain adds what decides which go command runs, and with which settings.
func (in *inputs) toolchain() (ok bool) {
	for _, flag := range []string{"overlay", "modfile", "toolexec", "compiler"} {
		if strings.Contains(in.env.GOFLAGS, "-"+flag) {
			return false
		}
	}
	if strings.Contains(in.env.GOVERSION, "devel") {
		return false // one version stands for many compilers
	}
	name, err := exec.LookPath("go")
	if err != nil {
		return false
	}
	program, err := filepath.EvalSymlinks(name)
	if err != nil || filepath.Base(program) != "go" {
		return false
	}
	root := filepath.Dir(filepath.Dir(program))
	if info, err := os.Stat(filepath.Join(root, "pkg", "tool")); err != nil || !info.IsDir() {
		return false
	}
	// Another one may have been chosen by go.mod.
	if !isSame(root, in.env.GOROOT) && !isBelow(in.env.GOROOT, in.env.GOMODCACHE) {
		return false
	}
	for _, root := range []string{root, in.env.GOROOT} {
		in.add(root, filepath.Join(root, "VERSION"), filepath.Join(root, "go.env"))
	}
	if in.env.GOENV != "off" {
		in.add(in.env.GOENV, filepath.Dir(in.env.GOENV))
	}
	// Whether there is a C compiler decides whether cgo is on.
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			return false
		}
		in.add(dir, filepath.Join(dir, "go"))
		if cc, _, _ := strings.Cut(in.env.CC, " "); cc != "" {
			in.add(absolute(cc, dir))
		}
	}
	return true
}

func isSame(name1, name2 string) bool {
	info1, err1 := os.Stat(name1)
	info2, err2 := os.Stat(name2)
	return err1 == nil && err2 == nil && os.SameFile(info1, info2)
}

// modules adds what decides which modules there are, of which versions.
func (in *inputs) modules() (ok bool) {
	if in.env.GOWORK == "" || in.env.GOWORK == "off" {
		return in.mainModule(filepath.Dir(in.env.GOMOD))
	}
	dir := filepath.Dir(in.env.GOWORK)
	in.add(dir, in.env.GOWORK, filepath.Join(dir, "go.work.sum"), filepath.Join(dir, "vendor"), filepath.Join(dir, "vendor", "modules.txt"))
	data, err := os.ReadFile(in.env.GOWORK)
	if err != nil {
		return false
	}
	work, err := modfile.ParseWork(in.env.GOWORK, data, nil)
	if err != nil {
		return false
	}
	for _, use := range work.Use {
		if !in.mainModule(absolute(use.Path, dir)) {
			return false
		}
	}
	in.replaced(work.Replace, dir)
	return true
}

// module adds what there is to a module besides its packages.
func (in *inputs) module(path, dir string) {
	in.local = append(in.local, localModule{path, dir})
	vendor := filepath.Join(dir, "vendor")
	in.add(dir, filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum"), vendor, filepath.Join(vendor, "modules.txt"))
}

// mainModule adds the same, and modules that the go.mod replaces by folders.
func (in *inputs) mainModule(dir string) (ok bool) {
	name := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	mod, err := modfile.Parse(name, data, nil)
	if err != nil || mod.Module == nil {
		return false
	}
	in.module(mod.Module.Mod.Path, dir)
	in.replaced(mod.Replace, dir)
	return true
}

// replaced adds modules that are replaced by folders, of which the go.mod counts
// even if no package does.
func (in *inputs) replaced(list []*modfile.Replace, dir string) {
	for _, r := range list {
		if r.New.Version == "" {
			in.module(r.Old.Path, absolute(r.New.Path, dir))
		}
	}
}

func absolute(name, dir string) string {
	if name = filepath.FromSlash(name); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// rivals adds the folders in which p would be found besides its own, or instead
// of it, if they had packages.
func (in *inputs) rivals(p *listPackage) {
	for _, m := range in.local {
		if rest, ok := strings.CutPrefix(p.path()+"/", m.path+"/"); ok {
			in.add(filepath.Join(m.dir, filepath.FromSlash(rest)))
		}
	}
}

// pattern adds the folders in which packages that match the pattern may appear.
func (in *inputs) pattern(pattern, dir string) (ok bool) {
	isLocal := build.IsLocalImport(pattern) || filepath.IsAbs(pattern)
	before, _, isTree := strings.Cut(pattern, "...")
	switch {
	case isTree && !isLocal:
		return false
	case isTree:
		before, _ = filepath.Split(before)
		return in.tree(absolute(before, dir))
	case pattern == "std" || pattern == "cmd":
		return in.tree(filepath.Join(in.env.GOROOT, "src"))
	}
	return pattern != "all" && pattern != "work" && pattern != "tool"
}

// tree adds the folders below root in which the go command looks for packages,
// and what it reads there.
func (in *inputs) tree(root string) (ok bool) {
	root += string(filepath.Separator) // follows a link
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			in.source(name)
			return nil
		}
		if name == root {
			in.add(filepath.Clean(root))
			return nil
		}
		if base := d.Name(); base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
			return fs.SkipDir
		}
		in.add(name)
		if mod := filepath.Join(name, "go.mod"); isFile(mod) {
			in.add(mod)
			return fs.SkipDir
		}
		return nil
	})
	return err == nil
}

// source adds a file if the go command reads files that are called so.
func (in *inputs) source(name string) {
	switch filepath.Ext(name) {
	case ".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90",
		".s", ".S", ".sx", ".swig", ".swigcxx", ".syso":
		in.add(name)
	}
}

// pkg adds the folder of a package, and what decides to which module it belongs.
func (in *inputs) pkg(p *listPackage) (ok bool) {
	entries, err := os.ReadDir(p.Dir)
	if err != nil {
		return false
	}
	in.add(p.Dir)
	for _, e := range entries {
		in.source(filepath.Join(p.Dir, e.Name()))
	}
	if len(p.EmbedPatterns)+len(p.TestEmbedPatterns)+len(p.XTestEmbedPatterns) > 0 && !in.folders(p.Dir) {
		return false
	}
	for dir := range ancestors(p.Dir) {
		name := filepath.Join(dir, "go.mod")
		in.add(name)
		if isFile(name) {
			// Else there was another one when the go command looked.
			return p.Module == nil || p.Module.GoMod == "" || p.Module.GoMod == name
		}
	}
	return true
}

// folders adds all folders below root, since any file in them may be embedded.
func (in *inputs) folders(root string) (ok bool) {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == ".git" {
			return fs.SkipDir // is never embedded
		}
		in.add(name)
		return nil
	})
	return err == nil
}

// ancestors yields a folder and those above it.
func ancestors(dir string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for yield(dir) && dir != filepath.Dir(dir) {
			dir = filepath.Dir(dir)
		}
	}
}
