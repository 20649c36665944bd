package instances

import (
	"reflect"
	"sync"
)

var (
	lock    sync.Mutex
	byType  = make(map[string]any)
	pending = make(map[string]chan struct{})
)

// Of is fine: there is one value per type, and that another map loses the key
// does not make the types more.
func Of[T any](build func() T) T {
	var v T
	name := reflect.TypeOf(v).String()
	lock.Lock()
	defer lock.Unlock()
	if have, ok := byType[name]; ok {
		return have.(T)
	}
	pending[name] = make(chan struct{})
	made := build()
	byType[name] = made
	close(pending[name])
	delete(pending, name)
	return made
}
