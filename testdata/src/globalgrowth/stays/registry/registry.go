// Package registry has registries.
package registry

import (
	"slices"
	"strings"
)

type Codec interface{ Decode([]byte) any }

var codecs = map[string]Codec{}

// Register follows the convention.
func Register(name string, c Codec) { codecs[name] = c } // want `globalgrowth/map-only-grows, latent`

var names = map[string]int{}

// New panics if the name is there: names are written in the program.
func New(name string) {
	if _, dup := names[name]; dup {
		panic("registry: name used twice: " + name)
	}
	names[name] = len(name)
}

var plugins []string

// Fine: the package calls it itself, and only when it is initialised.
func AddPlugin(name string) {
	plugins = append(plugins, name)
}

func init() {
	AddPlugin("first")
	New("one")
}

type Mux struct{ routes map[string]func() }

func (m *Mux) Handle(path string, h func()) { m.routes[path] = h }

var mux = &Mux{routes: map[string]func(){}}

// Handle keeps listeners in an instance.
func Handle(path string, h func()) { mux.Handle(path, h) }

var words []string

// Each call adds some, whatever it is called.
func AddWords(more ...string) { words = append(words, more...) } // want `package variable words`

var allowed []string

// Allow adds a rule: the package looks through the list for an answer.
func Allow(prefix string) {
	allowed = append(allowed, prefix) // want `globalgrowth/slice-only-grows, latent`
}

func Allowed(name string) bool {
	for _, prefix := range allowed {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

var skipped []string

// Skip does, too.
func Skip(name string) {
	skipped = append(skipped, name) // want `globalgrowth/slice-only-grows, latent`
}

func Skips(name string) bool { return slices.Contains(skipped, name) }

var filters []func(string) bool

// And so does Filter.
func Filter(suffix string) {
	filters = append(filters, func(name string) bool { return strings.HasSuffix(name, suffix) }) // want `globalgrowth/slice-only-grows, latent`
}

func Filtered(name string) bool {
	for _, f := range filters {
		if f(name) {
			return true
		}
	}
	return false
}

type rule struct {
	prefix string
	level  int
}

var rules []rule

// Nor does a list that the package goes through to do its work.
func AddRule(prefix string, level int) {
	rules = append(rules, rule{prefix, level}) // want `globalgrowth/slice-only-grows, latent`
}

func Level(name string) int {
	level := 0
	for _, r := range rules {
		if strings.HasPrefix(name, r.prefix) {
			level = max(level, r.level)
		}
	}
	return level
}

type Switch struct{ on bool }

var switches []func(bool)

// Each Switch is kept by its method.
func NewSwitch() *Switch {
	s := new(Switch)
	switches = append(switches, s.set) // want `package variable switches`
	return s
}

func (s *Switch) set(on bool) { s.on = on }

func SetAll(on bool) {
	for _, set := range switches {
		set(on)
	}
}
