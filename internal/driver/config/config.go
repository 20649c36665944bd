// Package config reads .memlint.yml, in which a module says how it is analysed:
//
//	tests: false                       # leave test files out
//	latent: true                       # tell of latent leaks, too
//	enable: [timerleak, listenerleak]  # report only these analyzers and categories
//	disable: [timerleak/ticker-field]
//	exclude: ["internal/gen/**"]       # files and folders, relative to this file
//	analyzers:                         # flags of analyzers
//	  closurecapture:
//	    min-bytes: 131072
//
// A key that means nothing is an error, since a setting that is spelt wrong
// would silently not hold. Every value keeps its place for the errors that
// only those find who know the analyzers.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Name is what the file is called.
const Name = ".memlint.yml"

// A File is what a file says.
type File struct {
	Tests    *bool // nil if it says nothing
	Latent   *bool // the same
	Enable   []Value
	Disable  []Value
	Exclude  []Value // patterns as Excludes has them
	Settings []Setting
}

// A Setting is the value of a flag of an analyzer. A list has commas between
// its elements, as on the command line.
type Setting struct {
	Analyzer, Flag, Value Value
}

// A Value is a word of the file and its place.
type Value struct {
	Text string
	Pos  Pos
}

// A Pos is a place in a file.
type Pos struct {
	File         string
	Line, Column int
}

// Errorf returns an error at p: "file:line:column: …".
func (p Pos) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", p.File, p.Line, p.Column, fmt.Sprintf(format, args...))
}

// Parse reads the file called name. The error is one line with its place.
func Parse(name string, data []byte) (*File, error) {
	r := reader{name}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return new(File), nil
	} else if err != nil {
		return nil, r.syntax(err)
	}
	var next yaml.Node
	if err := dec.Decode(&next); err == nil {
		return nil, r.pos(&next).Errorf("a second document")
	} else if !errors.Is(err, io.EOF) {
		return nil, r.syntax(err)
	}
	return r.file(doc.Content[0])
}

type reader struct{ name string }

func (r reader) pos(n *yaml.Node) Pos { return Pos{r.name, n.Line, n.Column} }

func (r reader) value(n *yaml.Node) Value { return Value{n.Value, r.pos(n)} }

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax gives an error of the library the form of ours. It tells no column.
func (r reader) syntax(err error) error {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	line := 1
	if m := yamlError.FindStringSubmatch(text); m != nil {
		text = m[2]
		if m[1] != "" {
			line, _ = strconv.Atoi(m[1]) // digits
			if strings.HasPrefix(text, "did not find expected") {
				line++ // its parser counts from zero, its scanner from one
			}
		}
	}
	return Pos{r.name, line, 1}.Errorf("%s", text)
}

func (r reader) file(n *yaml.Node) (*File, error) {
	f := new(File)
	err := r.mapping(n, "the file", func(key Value, n *yaml.Node) (err error) {
		switch key.Text {
		case "tests":
			f.Tests, err = r.boolean(n, key.Text)
		case "latent":
			f.Latent, err = r.boolean(n, key.Text)
		case "enable":
			f.Enable, err = r.list(n, key.Text)
		case "disable":
			f.Disable, err = r.list(n, key.Text)
		case "exclude":
			if f.Exclude, err = r.list(n, key.Text); err != nil {
				return err
			}
			for _, pattern := range f.Exclude {
				if err := checkPattern(pattern.Text); err != nil {
					return pattern.Pos.Errorf("%v", err)
				}
			}
		case "analyzers":
			return r.mapping(n, key.Text, func(analyzer Value, n *yaml.Node) error {
				return r.mapping(n, analyzer.Text, func(flag Value, n *yaml.Node) error {
					value, err := r.setting(n, flag.Text)
					f.Settings = append(f.Settings, Setting{analyzer, flag, value})
					return err
				})
			})
		default:
			return key.Pos.Errorf("unknown key %q; want tests, latent, enable, disable, exclude or analyzers", key.Text)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// mapping calls do for each key of n, which the key called what has. An empty
// one says nothing.
func (r reader) mapping(n *yaml.Node, what string, do func(key Value, n *yaml.Node) error) error {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return r.pos(n).Errorf("%s is not a list of keys with values", what)
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return r.pos(key).Errorf("a key of %s is not a word", what)
		}
		if seen[key.Value] {
			return r.pos(key).Errorf("key %q is there twice", key.Value)
		}
		seen[key.Value] = true
		if err := do(r.value(key), resolve(n.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) boolean(n *yaml.Node, what string) (*bool, error) {
	value := new(bool)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(value) != nil {
		return nil, r.pos(n).Errorf("%s is not true or false", what)
	}
	return value, nil
}

// list returns the words of n, of which one alone needs no brackets.
func (r reader) list(n *yaml.Node, what string) ([]Value, error) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil, nil
	}
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	var list []Value
	for _, x := range nodes {
		x = resolve(x)
		if x.Kind != yaml.ScalarNode || x.Tag == "!!null" {
			return nil, r.pos(x).Errorf("%s is not a list of words", what)
		}
		list = append(list, r.value(x))
	}
	return list, nil
}

func (r reader) setting(n *yaml.Node, flag string) (Value, error) {
	list, err := r.list(n, flag)
	if err == nil && list == nil && n.Kind != yaml.SequenceNode {
		err = r.pos(n).Errorf("%s has no value", flag)
	}
	var words []string
	for _, v := range list {
		words = append(words, v.Text)
	}
	return Value{strings.Join(words, ","), r.pos(n)}, err
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func checkPattern(pattern string) error {
	if path.IsAbs(pattern) || strings.HasPrefix(path.Clean(pattern), "..") || strings.Contains(pattern, `\`) {
		return fmt.Errorf("pattern %q is not relative to the file, with slashes", pattern)
	}
	for part := range strings.SplitSeq(pattern, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return fmt.Errorf("pattern %q does not parse", pattern)
		}
	}
	return nil
}

// Excludes reports whether a pattern fits a file, whose name is relative and
// has slashes. Parts of a pattern are as in path.Match, and ** stands for any
// number of parts; a pattern that fits a folder fits all that is in it.
func Excludes(pattern, file string) bool {
	return fits(strings.Split(path.Clean(pattern), "/"), strings.Split(file, "/"))
}

// fits keeps to the shortest that the last ** may stand for: what comes behind the next
// one has the most left then. To try all takes for ever with some of them.
func fits(pattern, file []string) bool {
	var after, rest []string // behind the last **, and what it has to fit at the latest
	wild := false
	for len(pattern) > 0 {
		switch {
		case len(file) == 0:
			return false
		case pattern[0] == "**":
			wild, pattern = true, pattern[1:]
			after, rest = pattern, file
			continue
		}
		if ok, err := path.Match(pattern[0], file[0]); ok && err == nil {
			pattern, file = pattern[1:], file[1:]
			continue
		}
		if !wild || len(rest) == 0 {
			return false
		}
		rest = rest[1:]
		pattern, file = after, rest
	}
	return true
}
