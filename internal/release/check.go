package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	modules "golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	modzip "golang.org/x/mod/zip"
)

// checkVersion returns an error if a version is none that the go command takes from a tag.
func checkVersion(version string) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("%s is no version, such as v1.2.3 or v1.2.3-rc.1", version)
	}
	return nil
}

// checkCommit returns an error if what is there is not what is committed, or if the tag
// is taken.
func (r *release) checkCommit() error {
	changed, err := git(r.dir, "status", "--porcelain")
	if err != nil {
		return err
	}
	if changed != "" {
		return fmt.Errorf("not all is committed:\n%s", changed)
	}
	head, err := git(r.dir, "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	tagged, _ := git(r.dir, "rev-parse", "--quiet", "--verify", "refs/tags/"+r.version+"^{commit}")
	switch {
	case r.again && tagged != head:
		return fmt.Errorf("-again: %s is not the tag of this commit", r.version)
	case !r.again && tagged != "":
		return fmt.Errorf("there is a tag %s; -again builds the same once more", r.version)
	}
	return nil
}

// commitTime returns when the commit was made: the time of all that is in archives.
func commitTime(dir string) (time.Time, error) {
	text, err := git(dir, "log", "-1", "--format=%ct")
	if err != nil {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// A module is one of the repository.
type module struct {
	dir string
	tag string // under which the go command finds it; "" if it cannot
	why string // there is none
}

// modules returns the modules of the repository but those in testdata. The error says why
// users could not have one in the version of the release.
func (r *release) modules() ([]module, error) {
	listed, err := git(r.dir, "ls-files", "--", "go.mod", "**/go.mod")
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(r.dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	root := modfile.ModulePath(data)
	var all []module
	for _, name := range strings.Fields(listed) {
		if slices.Contains(strings.Split(name, "/"), "testdata") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			return nil, err
		}
		m, err := r.judge(path.Dir(name), root, data)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.dir, b.dir) })
	return all, nil
}

// inside are folders of modules whose commands read files of the repository.
var inside = []string{"eval"}

// judge says under which tag the go command finds the module in a folder, if at all. The
// go command ignores replace in modules that others need, and installs no command of a
// module that has any: those with one are for who has the repository.
func (r *release) judge(dir, root string, data []byte) (module, error) {
	m := module{dir: dir}
	mod, err := modfile.Parse(path.Join(dir, "go.mod"), data, nil)
	if err != nil {
		return m, err
	}
	prefix, major, _ := modules.SplitPathVersion(mod.Module.Mod.Path)
	at, _, _ := modules.SplitPathVersion(root)
	changes := len(mod.Replace) + len(mod.Exclude)
	switch {
	case dir == ".":
		if err := modules.CheckPathMajor(r.version, major); err != nil {
			return m, fmt.Errorf("go.mod: %w", err)
		}
		if changes > 0 {
			return m, fmt.Errorf("go.mod has replace or exclude, with which go install module@version refuses it")
		}
		m.tag = r.version
		_, err := modzip.CheckDir(r.dir)
		return m, err
	case prefix != path.Join(at, dir):
		m.why = "its path leads elsewhere"
	case slices.Contains(inside, strings.Split(dir, "/")[0]):
		m.why = "it is for who has the repository"
	case changes > 0:
		m.why = "it replaces what it needs, so it is for who has the repository"
	default:
		for _, need := range mod.Require {
			if need.Mod.Path == root && need.Mod.Version != r.version {
				return m, fmt.Errorf("%s/go.mod needs memlint %s; first: go -C %s mod edit -require=%s@%s", dir, need.Mod.Version, dir, root, r.version)
			}
		}
		m.tag = path.Join(dir, r.version)
	}
	return m, nil
}

// checkBinary returns an error if a program was not built from the tag alone.
func checkBinary(name, version string) error {
	info, err := buildinfo.ReadFile(name)
	if err != nil {
		return err
	}
	if info.Main.Version != version {
		return fmt.Errorf("the go command calls what it built %s", info.Main.Version)
	}
	return nil
}
