package receives

import "net/http"

// A pump waits in Stop for a goroutine that says nothing when it ends.
type pump struct {
	quit, done chan struct{}
	work       func() error
}

func newPump(work func() error) *pump {
	p := &pump{quit: make(chan struct{}), done: make(chan struct{}), work: work}
	go p.run()
	return p
}

func (p *pump) run() {
	for {
		select {
		case <-p.quit:
			return
		default:
			p.work()
		}
	}
}

func (p *pump) Stop() {
	close(p.quit)
	<-p.done // want `may wait for ever to receive from p.done, which nobody sends on or closes \(goroutineleak/blocked-receive\)`
}

// A valve says so unless its work fails.
type valve struct {
	quit, done chan struct{}
	work       func() error
}

func newValve(work func() error) *valve {
	v := &valve{quit: make(chan struct{}), done: make(chan struct{}), work: work}
	go v.run()
	return v
}

func (v *valve) run() {
	for {
		select {
		case <-v.quit:
			close(v.done)
			return
		default:
		}
		if v.work() != nil {
			return
		}
	}
}

func (v *valve) Stop() {
	close(v.quit)
	<-v.done // want `may wait for ever to receive from v.done \(goroutineleak/blocked-receive\)`
}

// A tap says so in any case.
type tap struct {
	quit, done chan struct{}
	work       func() error
}

func newTap(work func() error) *tap {
	t := &tap{quit: make(chan struct{}), done: make(chan struct{}), work: work}
	go t.run()
	return t
}

func (t *tap) run() {
	defer close(t.done)
	for {
		select {
		case <-t.quit:
			return
		default:
		}
		if t.work() != nil {
			return
		}
	}
}

func (t *tap) Stop() {
	close(t.quit)
	<-t.done
}

// A gate is closed by the goroutine that accepts the wish to pass, unless it has ended.
type gate struct {
	quit   chan struct{}
	wishes chan *wish
}

type wish struct{ granted chan struct{} }

func newGate() *gate {
	g := &gate{quit: make(chan struct{}), wishes: make(chan *wish)}
	go g.run()
	return g
}

func (g *gate) run() {
	for {
		select {
		case <-g.quit:
			return
		case w := <-g.wishes:
			close(w.granted)
		}
	}
}

func (g *gate) pass() {
	w := &wish{granted: make(chan struct{})}
	select {
	case g.wishes <- w:
		<-w.granted
	case <-g.quit:
	}
}

func (g *gate) Stop() { close(g.quit) }

// Who closes what a drain gives away is not known.
type drain struct{ done chan struct{} }

func newDrain(start func(done chan struct{})) *drain {
	d := &drain{done: make(chan struct{})}
	start(d.done)
	return d
}

func (d *drain) Stop() { <-d.done }

func serve(work func() error) {
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) {
		newPump(work).Stop()
		newValve(work).Stop()
		newTap(work).Stop()
		g := newGate()
		g.pass()
		g.Stop()
		newDrain(func(done chan struct{}) { close(done) }).Stop()
	})
}
