package receives

import (
	"net/http"
	"sync"
)

// Each of the workers of a plant defers the method that says that it has ended, itself or in
// another function that it defers.
type plant struct {
	wg   sync.WaitGroup
	quit chan struct{}
	in   chan func()
	once sync.Once
}

func (p *plant) start() {
	p.wg.Add(2)
	go p.works()
	go p.watches()
}

func (p *plant) works() {
	defer p.leaves()
	for {
		select {
		case f := <-p.in:
			f()
		case <-p.quit:
			return
		}
	}
}

func (p *plant) watches() {
	defer func() {
		println("left")
		p.leaves()
	}()
	<-p.quit
}

func (p *plant) leaves() {
	p.shut()
	p.wg.Done()
}

func (p *plant) shut() { p.once.Do(func() { close(p.quit) }) }

func (p *plant) stop() {
	p.shut()
	p.wg.Wait()
}

// One of those of a mine does not.
type mine struct {
	wg   sync.WaitGroup
	quit chan struct{}
}

func (m *mine) start() {
	m.wg.Add(2)
	go m.digs()
	go m.watches()
}

func (m *mine) digs() {
	defer m.leaves()
	<-m.quit
}

func (m *mine) watches() { <-m.quit }

func (m *mine) leaves() { m.wg.Done() }

func (m *mine) stop() {
	close(m.quit)
	m.wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

func workers() {
	http.HandleFunc("/workers", func(http.ResponseWriter, *http.Request) {
		p := &plant{quit: make(chan struct{}), in: make(chan func())}
		p.start()
		p.stop()
		m := &mine{quit: make(chan struct{})}
		m.start()
		m.stop()
	})
}
