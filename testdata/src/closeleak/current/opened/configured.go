package opened

import (
	"errors"
	"sync"
	"sync/atomic"
)

// A source is where a feeder asks for what it hands on.
type source struct {
	next func() (int, error)
	done func()
}

// A feeder has a goroutine from Start to Stop, and asks its source before.
type feeder struct {
	from  source
	mu    sync.Mutex
	level atomic.Int64
	quit  chan struct{}
}

func newFeeder(from source) *feeder { return &feeder{from: from, quit: make(chan struct{})} }

func (f *feeder) Start() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := f.from.next(); err != nil {
		return err
	}
	go f.loop()
	return nil
}

func (f *feeder) loop() {
	for {
		select {
		case <-f.quit:
			return
		default:
			f.level.Add(1)
		}
	}
}

func (f *feeder) Level() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.level.Load()
}

func (f *feeder) Stop() { close(f.quit) }

// An engine is started and stopped by who has it by an interface.
type engine interface {
	Start() error
	Stop()
}

// A Mill starts three things, and stops one of them. Others get the mill.
type Mill struct {
	first, second *feeder
	third         engine
	watch         []func() *Mill
}

func NewMill(from source, tell func(*Mill)) *Mill {
	m := &Mill{first: newFeeder(from), second: newFeeder(from), third: newFeeder(from)}
	m.watch = append(m.watch, func() *Mill { return m })
	tell(m)
	return m
}

func (m *Mill) Run() error {
	err := m.first.Start()
	return errors.Join(err,
		m.second.Start(), // want `value with a goroutine behind it in field second is never stopped; held by its goroutine \(closeleak/owner-forgets\)`
		m.third.Start())  // want `value with a goroutine behind it in field third is never stopped; held by its goroutine \(closeleak/owner-forgets\)`
}

func (m *Mill) Level() int64 { return m.first.Level() + m.second.Level() }

func (m *Mill) Close() { m.first.Stop() }

// A Press ends its feeder by what the feeder has for that.
type Press struct{ feed *feeder }

func NewPress(next func() (int, error)) *Press {
	p := &Press{feed: newFeeder(source{next: next})}
	quit := p.feed.quit
	p.feed.from.done = func() { close(quit) }
	return p
}

func (p *Press) Run() error { return p.feed.Start() }

func (p *Press) Close() { p.feed.from.done() }

// A Barn gives its feeder to somebody else.
type Barn struct{ feed *feeder }

func NewBarn(from source, tell func(*feeder)) *Barn {
	b := &Barn{newFeeder(from)}
	tell(b.feed)
	return b
}

func (b *Barn) Run() error { return b.feed.Start() }

func (b *Barn) Close() {}
