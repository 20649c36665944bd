package registry

import "runtime"

var levels = map[string]int{}

// SetLevel configures a program.
func SetLevel(name string, level int) { levels[name] = level } // want `globalgrowth/map-only-grows, latent`

var exits []func()

// OnExit is about something that happens once.
func OnExit(f func()) { exits = append(exits, f) }

var reloads []func()

// OnReload is about a signal to the process.
func OnReload(f func()) { reloads = append(reloads, f) }

// SetupProfiling is about the process, too.
func SetupProfiling() { OnReload(runtime.GC) }

type remoteConf struct{ name, address string }

var remotes = map[string]string{}

// Remote has one entry for each remote that is configured.
func Remote(conf *remoteConf) { remotes[conf.name] = conf.address } // want `globalgrowth/map-only-grows, latent`

var openers = map[string]func(string) error{}

// AddOpener adds code, of which there is only so much.
func AddOpener(name string, open func(string) error) { openers[name] = open } // want `globalgrowth/map-only-grows, latent`

type flags struct {
	byName map[string]string
	order  []string
}

var line = flags{byName: map[string]string{}}

func (f *flags) add(name, value string) {
	if _, there := f.byName[name]; there {
		panic("flag redefined: " + name)
	}
	f.byName[name] = value          // want `globalgrowth/map-only-grows, latent`
	f.order = append(f.order, name) // want `globalgrowth/slice-only-grows, latent`
}

// Flag panics for its list of names, too.
func Flag(name, value string) { line.add(name, value) }

var counts = map[string]int{}

func count(what string) { counts[what]++ }

// Collect and Free give constants as keys.
func Collect() { count("collect"); runtime.GC() }
func Free()    { count("free") }
