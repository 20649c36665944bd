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
