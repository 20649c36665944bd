// Package since tells which findings are of a change: of what differs between the
// working tree of a git repository and the commit at which its branch began.
//
// The question it answers is which leaks a change has made, without looking at the code
// before it. What was added is there to be seen. What was removed is not, and often makes
// the leak: a delete, a Close. So there are three sets of lines, of the code as it is:
// those that changed; those of declarations that lost something; and those that name what
// other code of the package has lost. The last two are guesses, and rather tell of an old
// leak than not of a new one.
//
// Only the git command knows what git means, so it is asked. Files: git.go runs it,
// diff.go reads what it prints, source.go knows declarations, names and //line directives.
package since

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// Changes are the lines that have to do with a change.
type Changes struct {
	top string // folder of the work tree, without links, as all names here

	changed  lines // added or not as before
	declared lines // of declarations that lost something
	named    lines // that name what the package has lost
	whole    map[string]bool

	names map[string]string // without links, by name
}

// Find returns what changed in the work tree that dir is in since the merge base of rev
// and HEAD, with what is not committed and not tracked. Files that git ignores are none of
// it. Nothing of the repository is written. The error is one line and does not name rev.
func Find(ctx context.Context, dir, rev string) (*Changes, error) {
	g := git{dir: dir}
	top, err := g.text(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	g.dir = filepath.FromSlash(top)
	base, err := g.mergeBase(ctx, rev)
	if err != nil {
		return nil, err
	}
	if err := g.unfilter(ctx); err != nil {
		return nil, err
	}
	c := &Changes{
		changed:  make(lines),
		declared: make(lines),
		named:    make(lines),
		whole:    make(map[string]bool),
		names:    make(map[string]string),
	}
	c.top = c.real(g.dir)
	d := newDiff(c.top)
	err = g.run(ctx, d.read, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--unified=0", "--inter-hunk-context=0",
		"--find-renames", "-O"+os.DevNull, "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=dirty", base, "--")
	if err != nil {
		return nil, err
	}
	if err := g.names(ctx, d.untracked, "ls-files", "--others", "--exclude-standard", "-z"); err != nil {
		return nil, err
	}
	c.take(d)
	return c, nil
}

// mergeBase returns the commit at which HEAD parted from rev.
func (g git) mergeBase(ctx context.Context, rev string) (string, error) {
	hint := func(text string) error {
		if shallow, err := g.text(ctx, "rev-parse", "--is-shallow-repository"); err == nil && shallow == "true" {
			text += "; the clone is shallow: fetch more of its history, as `git fetch --unshallow` does"
		}
		return errors.New(text)
	}
	if strings.HasPrefix(rev, "-") { // would be a flag
		return "", errors.New("no such revision")
	}
	commit, err := g.text(ctx, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", hint("no such revision")
	}
	if err != nil {
		return "", err
	}
	base, err := g.text(ctx, "merge-base", commit, "HEAD")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", hint("HEAD has no commit in common with it")
	}
	return base, err
}

// Has reports whether a finding is of the change: whether one of the lines that it shows
// changed or names what its package has lost, or whether the declaration in which it, or
// its origin, is lost something.
func (c *Changes) Has(f report.Finding) bool {
	own := span{f.Pos.Line, f.Pos.Line}
	if f.End.Filename == f.Pos.Filename {
		own.last = max(own.last, f.End.Line)
	}
	origin := span{f.Origin.Line, f.Origin.Line}
	if c.shows(f.Pos.Filename, own) || c.shows(f.Origin.Filename, origin) ||
		c.declared.have(c.real(f.Pos.Filename), own) || c.declared.have(c.real(f.Origin.Filename), origin) {
		return true
	}
	return slices.ContainsFunc(f.Related, func(r report.Related) bool {
		return c.shows(r.Pos.Filename, span{r.Pos.Line, r.Pos.Line})
	})
}

// shows reports whether lines of a file changed, or name what is lost.
func (c *Changes) shows(file string, at span) bool {
	file = c.real(file)
	for dir := file; isBelow(dir, c.top); dir = filepath.Dir(dir) {
		if c.whole[dir] {
			return true
		}
	}
	return c.changed.have(file, at) || c.named.have(file, at)
}

func isBelow(name, dir string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

// real returns an absolute name without links in it. Findings have names as the go
// command was told them, git has its own.
func (c *Changes) real(name string) string {
	if name == "" {
		return ""
	}
	real, ok := c.names[name]
	if !ok {
		var err error
		if real, err = filepath.EvalSymlinks(name); err != nil {
			real = filepath.Clean(name) // of a //line directive, as a rule
		}
		c.names[name] = real
	}
	return real
}

// take fills in the lines of what changed.
func (c *Changes) take(d *diff) {
	for name, e := range d.files {
		file := filepath.Join(c.top, filepath.FromSlash(name))
		info, err := os.Lstat(file)
		if err != nil {
			continue // it is no more
		}
		if !info.Mode().IsRegular() { // a link, or the folder of another repository
			c.whole[c.real(file)] = true
			continue
		}
		s := open(file)
		for _, lines := range e.added {
			c.mark(c.changed, s, lines)
		}
		for _, lost := range e.lost {
			for _, decl := range s.around(lost) {
				c.mark(c.declared, s, decl)
			}
		}
	}
	for where, l := range d.losses {
		if lost := l.names(); len(lost) > 0 {
			c.takeNames(where, lost)
		}
	}
}

// takeNames marks lines of a unit that name what it has lost, of what it declares.
func (c *Changes) takeNames(where unit, lost map[string]bool) {
	dir := filepath.Join(c.top, filepath.FromSlash(where.dir))
	entries, _ := os.ReadDir(dir) // without the folder, there is no such line
	var sources []*source
	declared := make(map[string]bool)
	for _, entry := range entries {
		if unitOf(path.Join(where.dir, entry.Name())) == where {
			s := open(filepath.Join(dir, entry.Name()))
			s.declared(declared)
			sources = append(sources, s)
		}
	}
	maps.DeleteFunc(lost, func(name string, _ bool) bool { return !declared[name] })
	for _, s := range sources {
		for _, line := range s.naming(lost) {
			c.mark(c.named, s, span{line, line})
		}
	}
}

// mark adds lines of a file to a set, as they are and as //line directives have them.
func (c *Changes) mark(set lines, s *source, lines span) {
	set.add(s.name, lines)
	for name, line := range s.elsewhere(lines) {
		set.add(c.real(name), span{line, line})
	}
}

// A span is lines of a file, from 1. If last is before first, it is the place between
// them.
type span struct{ first, last int }

// meets reports whether the two have a line in common, or whether one is a place inside
// of the other.
func (s span) meets(t span) bool { return s.first <= t.last && t.first <= s.last }

// lines are those of files, by name.
type lines map[string][]span

func (l lines) add(name string, s span) {
	if list := l[name]; len(list) == 0 || list[len(list)-1] != s {
		l[name] = append(list, s)
	}
}

func (l lines) have(name string, at span) bool {
	return at.first > 0 && slices.ContainsFunc(l[name], at.meets)
}
