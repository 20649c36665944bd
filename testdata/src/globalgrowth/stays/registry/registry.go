// Package registry has registries.
package registry

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
