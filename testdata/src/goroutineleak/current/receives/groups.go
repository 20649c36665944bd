package receives

import (
	"net/http"
	"sync"
)

// One of the two goroutines of a team does not say that it has ended.
type team struct{ wg sync.WaitGroup }

func (t *team) Start() {
	t.wg.Add(2)
	go t.runs()
	go t.idles()
}

func (t *team) runs() { defer t.wg.Done() }

func (t *team) idles() {}

func (t *team) Stop() {
	t.wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

// A squad says so unless its work fails.
type squad struct {
	wg   sync.WaitGroup
	work func() error
}

func (s *squad) start() {
	s.wg.Add(1)
	go s.run()
}

func (s *squad) run() {
	if s.work() != nil {
		return
	}
	s.wg.Done()
}

func (s *squad) stop() {
	s.wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

// A band says so on each way.
type band struct {
	wg   sync.WaitGroup
	work func() error
}

func (b *band) start(more []func()) {
	b.wg.Add(1)
	go b.run()
	for _, f := range more {
		b.wg.Add(1)
		go func() {
			defer func() { b.wg.Done() }()
			f()
		}()
	}
}

func (b *band) run() {
	if b.work() != nil {
		b.wg.Done()
		return
	}
	b.wg.Done()
}

func (b *band) stop() { b.wg.Wait() }

// Who takes the jobs of an office says when one is done.
type office struct {
	wg   sync.WaitGroup
	jobs chan func()
}

func (o *office) start() {
	go func() {
		for job := range o.jobs {
			job()
			o.wg.Done()
		}
	}()
}

func (o *office) ask(job func(), after func()) {
	o.wg.Add(1)
	o.jobs <- job
	go after()
}

func (o *office) stop() {
	close(o.jobs)
	o.wg.Wait()
}

func groups(work func() error) {
	http.HandleFunc("/groups", func(http.ResponseWriter, *http.Request) {
		s := &squad{work: work}
		s.start()
		s.stop()
		b := &band{work: work}
		b.start(nil)
		b.stop()
		o := &office{jobs: make(chan func())}
		o.start()
		o.ask(func() {}, func() {})
		o.stop()
	})
}

// A shift counts as many as there are, and none of them says that it has ended.
type shift struct {
	wg   sync.WaitGroup
	work func()
}

func (s *shift) Start(n int) {
	s.wg.Add(n)
	for range n {
		go s.work()
	}
}

func (s *shift) Stop() {
	s.wg.Wait() // want `may wait for ever: nobody calls Done \(goroutineleak/wait-never-done\)`
}

// All starts as many as it is told to, which do not say that they have ended.
func All(limit func() int, work []func()) {
	var wg sync.WaitGroup
	for _, w := range work {
		if n := limit(); n > 0 {
			wg.Add(n)
			for range n {
				go w()
			}
		}
	}
	wg.Wait() // want `may wait for ever: nobody calls Done \(goroutineleak/wait-never-done\)`
}

// Given lets others say so.
func Given(n int, work func(*sync.WaitGroup)) {
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go work(&wg)
	}
	wg.Wait()
}

// Later has somebody else say so.
func Later(n int, work func(done func())) {
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go work(wg.Done)
	}
	wg.Wait()
}

// A gang has somebody else say so.
type gang struct {
	wg   sync.WaitGroup
	work func(done func())
}

func (g *gang) Start(n int) {
	g.wg.Add(n)
	for range n {
		go g.work(g.wg.Done)
	}
}

func (g *gang) Stop() { g.wg.Wait() }

// A choir does so over the object.
type choir struct{ voices }

type voices struct{ wg *sync.WaitGroup }

func (g voices) Done() { g.wg.Done() }

func newChoir() *choir { return &choir{voices{new(sync.WaitGroup)}} }

func (b *choir) Start(n int, work func(voices)) {
	b.wg.Add(n)
	for range n {
		go work(b.voices)
	}
}

func (b *choir) Stop() { b.wg.Wait() }

// A duo is two of which each is counted apart.
type duo struct {
	wg   sync.WaitGroup
	work func(done func())
}

func (d *duo) Start() {
	d.wg.Add(1)
	go d.work(d.wg.Done)
	d.wg.Add(1)
	go d.work(d.wg.Done)
}

func (d *duo) Stop() { d.wg.Wait() }

// A tally is fine: it takes off as many as it has added.
type tally struct {
	mu    sync.Mutex
	count int
	wg    sync.WaitGroup
}

func (t *tally) add(n int) {
	t.mu.Lock()
	t.count += n
	t.mu.Unlock()
	t.wg.Add(n)
}

func (t *tally) Start(work func()) {
	t.add(1)
	go work()
}

func (t *tally) Stop() {
	t.add(-t.count)
	t.wg.Wait()
}

// A guild waits when its Close returns. One of its members may leave without a word.
type guild struct {
	wg   sync.WaitGroup
	work func() error
}

func (g *guild) Start() {
	g.wg.Add(1)
	go g.labours()
}

func (g *guild) labours() {
	if g.work() != nil {
		return
	}
	g.wg.Done()
}

func (g *guild) Close() {
	defer g.wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
	println("closes")
}

// A lodge does so, too, and all of its members tell.
type lodge struct {
	wg   sync.WaitGroup
	work func() error
}

func (l *lodge) Start() {
	l.wg.Add(1)
	go l.labours()
}

func (l *lodge) labours() {
	defer l.wg.Done()
	if l.work() != nil {
		return
	}
	println("worked")
}

func (l *lodge) Close() {
	defer l.wg.Wait()
	println("closes")
}

// Behind has a goroutine wait for those that do not say that they have ended.
func Behind(limit func() int, work []func(), after func()) {
	var wg sync.WaitGroup
	for _, w := range work {
		if n := limit(); n > 0 {
			wg.Add(n)
			for range n {
				go w()
			}
		}
	}
	go func() {
		wg.Wait() // want `may wait for ever: nobody calls Done \(goroutineleak/wait-never-done\)`
		after()
	}()
}

// The guest of a party, if there is one, does not say that it has left.
type party struct {
	wg    sync.WaitGroup
	guest interface{ stay() }
}

type cat struct{}

func (*cat) stay() {}

func newParty(loud bool) *party {
	p := &party{}
	if !loud {
		p.guest = &cat{}
	}
	return p
}

func (p *party) clean() { p.wg.Done() }

func (p *party) start() {
	p.wg.Add(1)
	go p.clean()
	if p.guest != nil {
		p.wg.Add(1)
		go p.guest.stay()
	}
}

func (p *party) stop() {
	p.wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

// Nobody makes a guest of a feast in this build.
type feast struct {
	wg    sync.WaitGroup
	guest interface{ visit() }
}

type ghost struct{}

func (*ghost) visit() {}

func invite() *ghost { return nil }

func newFeast() *feast {
	f := &feast{}
	if g := invite(); g != nil {
		f.guest = g
	}
	return f
}

func (f *feast) clean() { f.wg.Done() }

func (f *feast) start() {
	f.wg.Add(1)
	go f.clean()
	if f.guest != nil {
		f.wg.Add(1)
		go f.guest.visit()
	}
}

func (f *feast) stop() { f.wg.Wait() }
