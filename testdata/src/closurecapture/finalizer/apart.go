package finalizer

import (
	"runtime"
	"sync"
	"unsafe"
)

// An engine works with the settings that it was started with.
type engine struct {
	car  car
	home *car
	stop chan bool
}

type car struct {
	size   int
	engine *engine
}

// Fine: the engine has a copy of the car, as it was.
func (c *car) start() {
	e := &engine{car: *c, stop: make(chan bool)}
	c.engine = e
	runtime.SetFinalizer(c, func(c *car) { close(c.engine.stop) })
}

func (c *car) startAtHome() {
	e := &engine{car: *c, home: c, stop: make(chan bool)}
	c.engine = e
	runtime.SetFinalizer(c, func(c *car) { close(c.engine.stop) }) // want `finalizer never runs`
}

var speeds sync.Map

// Fine: a number keeps nothing.
func (c *car) record(speed int) {
	at := uintptr(unsafe.Pointer(c))
	speeds.Store(at, speed)
	runtime.AddCleanup(c, func(int) { speeds.Delete(at) }, 0)
}

func (c *car) recordSelf(speed int) {
	at := unsafe.Pointer(c)
	speeds.Store(uintptr(at), speed)
	runtime.AddCleanup(c, func(int) { speeds.Delete(uintptr(at)) }, 0) // want `cleanup keeps the object that it waits for`
}
