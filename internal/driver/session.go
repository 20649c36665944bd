package driver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/selection"
)

// decides reports whether the flag of that name has a say in what is found, be it
// one of an analyzer, and not only in how it is printed.
func decides(analyzers []*analysis.Analyzer, name string) bool {
	switch name {
	case "baseline", "config", "disable", "enable", latentFlag, "profile", "tags", "test", "tests":
		return true
	}
	return slices.ContainsFunc(analyzers, func(a *analysis.Analyzer) bool {
		return name == a.Name || strings.HasPrefix(name, a.Name+".")
	})
}

// SessionFlags returns the flags that a session takes.
func SessionFlags(suite Suite) (*flag.FlagSet, error) {
	c, err := parse(suite, nil)
	if err != nil {
		return nil, err
	}
	flags := flag.NewFlagSet("memlint", flag.ContinueOnError)
	c.flags.VisitAll(func(f *flag.Flag) {
		if decides(suite.Analyzers, f.Name) {
			flags.Var(f.Value, f.Name, f.Usage)
		}
	})
	return flags, nil
}

// A Session analyses the packages that somebody edits, one folder at a time and
// again and again. It finds in them what the command would find if buffers were
// saved. See view for what makes that fast.
type Session struct {
	suite    Suite
	args     []string
	baseline string // absolute, as are those below, since folders change
	config   string
	profiles *profiles
	cache    *cache.Cache

	mu    sync.Mutex // flags of analyzers are variables: one check at a time
	views map[string]*view
}

// NewSession returns a session with the flags that args are. The error is one
// line, or flag.ErrHelp.
func NewSession(suite Suite, args []string) (*Session, error) {
	s := &Session{suite: suite, args: args, views: make(map[string]*view)}
	c, err := parse(suite, args)
	if err != nil {
		return nil, err
	}
	if len(c.options.Patterns) > 0 {
		return nil, fmt.Errorf("unexpected argument %q: the editor says which packages", c.options.Patterns[0])
	}
	c.flags.Visit(func(f *flag.Flag) {
		if !decides(suite.Analyzers, f.Name) {
			err = cmp.Or(err, fmt.Errorf("-%s means nothing to an editor", f.Name))
		}
	})
	if err = cmp.Or(err, c.choose(selection.Names{})); err != nil {
		return nil, err
	}
	for _, file := range []struct {
		abs  *string
		name string
	}{{&s.baseline, c.baseline}, {&s.config, c.config}} {
		if file.name == "" {
			continue
		}
		if *file.abs, err = filepath.Abs(file.name); err != nil {
			return nil, err
		}
	}
	s.profiles = c.profiles
	for i := range s.profiles.names {
		if s.profiles.names[i], err = filepath.Abs(s.profiles.names[i]); err != nil {
			return nil, err
		}
	}
	if s.cache, err = openCache(); err != nil {
		return nil, err
	}
	return s, nil
}

// A SettingsError says in one line what is wrong with the config file or the
// baseline. People can mend it, and nobody else tells them.
type SettingsError struct{ Err error }

// Error returns the line.
func (e SettingsError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e SettingsError) Unwrap() error { return e.Err }

// Check analyses the package in dir, which is absolute, and its tests, with
// buffers in the place of files there, by absolute name. Buffers of other
// folders are not looked at: packages see what others have saved. The result is
// shared and must not be changed. The error is one line and means that nothing
// could be analysed, or that ctx was cancelled; a package that does not compile
// is a Problem of the result.
func (s *Session) Check(ctx context.Context, dir string, buffers map[string][]byte) (*Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.settings(dir)
	if err != nil {
		return nil, SettingsError{err}
	}
	known, err := c.readKnown()
	if err != nil {
		return nil, SettingsError{err}
	}
	sources, unsaved, err := readFolder(dir, buffers)
	if err != nil {
		return nil, err
	}
	c.options.Overlay = unsaved

	v := s.views[dir]
	if v == nil || !v.holds(&c.options, sources) {
		delete(s.views, dir)
		if v, err = newViewWhole(ctx, c.options, sources); err != nil {
			return nil, err
		}
		s.views[dir] = v
	}
	result, err := v.check(ctx, c.options, sources)
	if err != nil {
		return nil, err
	}
	// Nothing of a package being in a profile is no mistake of somebody who edits it.
	_ = c.measure(result)
	c.leaveOut(result, known, nil)
	return result, nil
}

// ErrOutdated is the cause for which to cancel a check when what it checks has
// changed.
var ErrOutdated = errors.New("text changed since")

// newViewWhole is newView, to the end even if ctx is cancelled with the cause
// ErrOutdated. What is found out is good for the next text, too; if it were
// thrown away whenever somebody types, nothing would ever be found out.
func newViewWhole(ctx context.Context, opts Options, sources map[string][]byte) (*view, error) {
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		if context.Cause(ctx) != ErrOutdated {
			cancel()
		}
	})
	defer stop()
	return newView(whole, opts, sources)
}

// Forget drops what is kept for a folder in which nobody edits any more.
func (s *Session) Forget(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.views, dir)
}

// settings returns what flags and the config file of a folder ask for. It sets
// the flags of analyzers, and first takes back what other folders have set.
func (s *Session) settings(dir string) (*commandLine, error) {
	for _, a := range s.suite.Analyzers {
		var err error
		a.Flags.VisitAll(func(f *flag.Flag) { err = cmp.Or(err, f.Value.Set(f.DefValue)) })
		if err != nil {
			return nil, fmt.Errorf("default of a flag of %s: %w", a.Name, err)
		}
	}
	c, err := parse(s.suite, s.args)
	if err != nil {
		return nil, err
	}
	c.baseline, c.config, c.profiles = s.baseline, s.config, s.profiles
	c.options.Dir = dir
	c.options.Patterns = []string{"."}
	c.options.Workers = runtime.GOMAXPROCS(0)
	c.options.Cache = s.cache
	return c, c.configure()
}

// readFolder returns the text of the Go files in a folder, by absolute name,
// and of these the ones that are in buffers and not on disk.
func readFolder(dir string, buffers map[string][]byte) (sources, unsaved map[string][]byte, err error) {
	sources, unsaved = make(map[string][]byte), make(map[string][]byte)
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, nil, err
	}
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		if filepath.Ext(name) != ".go" || !isFile(name) {
			continue
		}
		if sources[name], err = os.ReadFile(name); err != nil && !os.IsNotExist(err) {
			return nil, nil, err
		}
	}
	for name, text := range buffers {
		if filepath.Dir(name) != dir || filepath.Ext(name) != ".go" {
			continue
		}
		if saved, ok := sources[name]; !ok || !bytes.Equal(saved, text) {
			sources[name], unsaved[name] = text, text
		}
	}
	return sources, unsaved, nil
}
