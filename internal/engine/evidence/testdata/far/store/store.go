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
