package driver

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/memlint/memlint/internal/driver/config"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/driver/selection"
)

// configure adds to the command line what the config file says; flags count
// before it. The error is one line.
func (c *commandLine) configure() error {
	given := make(map[string]bool)
	c.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, a := range c.analyzers {
		given[a.Name+"."+latentFlag] = given[a.Name+"."+latentFlag] || given[latentFlag]
	}

	name := c.inDir(c.config)
	if !given["config"] {
		name = findConfig(c.options.Dir)
	}
	if name == "" {
		return c.choose(selection.Names{})
	}
	if !given["config"] && !isFile(name) {
		return fmt.Errorf("%s: not a regular file", name) // it may never end
	}
	data, err := readSettings(name)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(c.options.Dir)
	if err != nil {
		return err
	}
	if name, err = filepath.Abs(name); err != nil {
		return err
	}
	file, err := config.Parse(report.Path(name, dir), data)
	if err != nil {
		return err
	}
	if file.Tests != nil && !given["tests"] && !given["test"] {
		c.options.Tests = *file.Tests
	}
	for _, a := range c.analyzers {
		if f := a.Flags.Lookup(latentFlag); f != nil && file.Latent != nil && !given[a.Name+"."+latentFlag] {
			if err := f.Value.Set(strconv.FormatBool(*file.Latent)); err != nil {
				return err
			}
		}
	}
	for _, s := range file.Settings {
		if err := c.set(s, given); err != nil {
			return err
		}
	}
	var names selection.Names
	if names.Enable, err = c.checked(file.Enable); err != nil {
		return err
	}
	if names.Disable, err = c.checked(file.Disable); err != nil {
		return err
	}
	root := filepath.Dir(name)
	c.excluded = func(name string) bool {
		rel, err := filepath.Rel(root, name)
		return err == nil && slices.ContainsFunc(file.Exclude, func(v config.Value) bool {
			return config.Excludes(v.Text, filepath.ToSlash(rel))
		})
	}
	return c.choose(names)
}

// set gives the flag of an analyzer the value that the config file has for it,
// unless it is given on the command line.
func (c *commandLine) set(s config.Setting, given map[string]bool) error {
	if err := selection.Check([]string{s.Analyzer.Text}, categories(c.analyzers)); err != nil {
		return s.Analyzer.Pos.Errorf("%v", err)
	}
	name := s.Analyzer.Text + "." + s.Flag.Text
	f := c.flags.Lookup(name)
	if f == nil {
		return s.Flag.Pos.Errorf("%s has no flag %q; `memlint help %[1]s` lists them", s.Analyzer.Text, s.Flag.Text)
	}
	if given[name] {
		return nil
	}
	if err := f.Value.Set(s.Value.Text); err != nil {
		return s.Value.Pos.Errorf("invalid value %q for %s: %v", s.Value.Text, name, err)
	}
	return nil
}

// checked returns the names of analyzers and categories in a list of the
// config file.
func (c *commandLine) checked(list []config.Value) ([]string, error) {
	known := categories(c.analyzers)
	var names []string
	for _, v := range list {
		if err := selection.Check([]string{v.Text}, known); err != nil {
			return nil, v.Pos.Errorf("%v", err)
		}
		names = append(names, v.Text)
	}
	return names, nil
}

// inDir returns the file that a flag names: as patterns are, it is relative to
// the folder of -C.
func (c *commandLine) inDir(file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(c.options.Dir, file)
}

// findConfig returns the config file beside the go.mod that packages in dir
// belong to, or the go.work if that is nearer; "" if there is none.
func findConfig(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		if isFile(filepath.Join(dir, "go.mod")) || isFile(filepath.Join(dir, "go.work")) {
			name := filepath.Join(dir, config.Name)
			if _, err := os.Lstat(name); err == nil {
				return name
			}
			return ""
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
