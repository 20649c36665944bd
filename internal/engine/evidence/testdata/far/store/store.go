// Package store keeps what it is given.
package store

type Entry struct{ Name, Kind string }

func keepKey(key string) {}

func Put(e *Entry) {
	put(*e)
}

func put(e Entry) {
	keepKey(e.Name) // want `latent`
}

func Silent(e *Entry) {
	//memlint:ignore evidencetest/kept names are few
	keepKey(e.Name) // want `latent`
}

func label(value string) {}

func Count(user string) {
	label(user) // want `latent`
}

var made = map[string]any{}

// Get calls what makes a value the first time only.
func Get(name string, make func() any) any {
	if v, ok := made[name]; ok {
		return v
	}
	v := make()
	made[name] = v
	return v
}

func Do(f func()) { f() }
