// Package single keeps one value of each type.
package single

import (
	"reflect"
	"sync"
)

var (
	lock sync.Mutex
	all  = make(map[reflect.Type]any)
)

// Of returns the one value of a type.
func Of[T any](build func() T) T {
	lock.Lock()
	defer lock.Unlock()
	key := reflect.TypeFor[T]()
	if have, ok := all[key]; ok {
		return have.(T)
	}
	made := build()
	all[key] = made
	return made
}
