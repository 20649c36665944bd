// Package pool has an API that everybody may call.
package pool

func add()  {}
func keep() {}

// Start adds one more with each call.
func Start() {
	add() // want `manifest api presumed Start`
}

// Each of these leads to what the other does.
func One() { both() }

func Two() { both() }

func both() {
	add() // want `manifest api presumed (One Two|Two One)`
}

// Here it is proved.
func Loop(jobs <-chan int) {
	for range jobs {
		add() // want `manifest loop$`
	}
}

// A Pool comes and goes, if other packages make many.
type Pool struct{}

func New() *Pool { return &Pool{} }

func (p *Pool) Watch() {
	keep() // want `manifest object presumed New Watch`
}

func (p *Pool) Close() {}

// A Tap is made of what nobody else can name.
type Tap interface {
	Drip()
	Close() error
}

type tap struct{}

func NewTap() Tap { return &tap{} }

func (t *tap) Drip() {
	keep() // want `manifest object presumed NewTap Drip`
}

func (t *tap) Close() error { return nil }

// A Lamp has no end that others know of.
type Lamp interface{ Shine() }

type lamp struct{}

func NewLamp() Lamp { return &lamp{} }

func (l *lamp) Shine() {
	keep() // want `latent`
}

func (l *lamp) Close() {}
