// Package defaults registers by a function and unregisters by a method.
package defaults

import "example.com/listeners/bus"

// Fine: the default registry is where the function registers.
func Metrics(name string, f func()) {
	bus.DefaultRegistry.Unregister(name)
	bus.Register(name, f)
}
