// Package owner has tickers that belong to something: a struct, a map, a
// variable that is set again.
package owner

import (
	"io"
	"sync"
	"time"
)

// Fine: made in the constructor, stopped in another file of the package.
type Split struct {
	beat *time.Ticker
	name string
}

func NewSplit(name string) *Split {
	s := &Split{name: name}
	s.beat = time.NewTicker(time.Second)
	return s
}

func (s *Split) Beat() <-chan time.Time { return s.beat.C }

// Leaks: the embedded type has the ticker, the outer one the Close that
// forgets it.
type base struct{ beat *time.Ticker }

type Outer struct {
	base
	done chan struct{}
}

func NewOuter() *Outer {
	o := &Outer{done: make(chan struct{})}
	o.beat = time.NewTicker(time.Second) // want `ticker in field beat is not stopped by any function of the package.*timerleak/ticker-field`
	return o
}

func (o *Outer) Close() { close(o.done) }

// Fine: the embedded type stops it.
type stopping struct{ beat *time.Ticker }

func (s *stopping) halt() { s.beat.Stop() }

type Inner struct{ stopping }

func NewInner() *Inner  { return &Inner{stopping{time.NewTicker(time.Second)}} }
func (i *Inner) Close() { i.halt() }

// Leaks: tickers in a map, and Close only forgets them.
type Map struct {
	mu   sync.Mutex
	beat map[string]*time.Ticker
}

func (m *Map) Add(name string) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := time.NewTicker(time.Second) // want `timerleak/ticker-field`
	m.beat[name] = t
	return t.C
}

func (m *Map) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beat = nil
}

// Leaks: tickers in a slice.
type List struct{ beats []*time.Ticker }

func (l *List) Add(d time.Duration) {
	l.beats = append(l.beats, time.NewTicker(d)) // want `timerleak/ticker-field`
}

func (l *List) Close() { l.beats = nil }

// Fine: a slice that is stopped.
type Stopped struct{ beats []*time.Ticker }

func (s *Stopped) Add(d time.Duration) { s.beats = append(s.beats, time.NewTicker(d)) }

func (s *Stopped) Close() error {
	for _, t := range s.beats {
		t.Stop()
	}
	return nil
}

// Leaks: the second ticker takes the first one's place, and the deferred Stop
// is for the first only.
func Again(faster <-chan time.Duration, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case d, ok := <-faster:
			if !ok {
				return
			}
			t = time.NewTicker(d) // want `timerleak/ticker-not-stopped`
		case <-t.C:
			f()
		}
	}
}

// Leaks: one Stop for two tickers: the first one is lost.
func Two(slow bool, f func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	if slow {
		t = time.NewTicker(time.Minute)
	}
	<-t.C
	f()
	t.Stop()
}

// Leaks: captured by the deferred literal, which sees the last one only.
func Three(slow bool, f func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	defer func() { t.Stop() }()
	if slow {
		t = time.NewTicker(time.Minute)
	}
	<-t.C
	f()
}

// Fine: stopped before the next one takes its place.
func Renewed(faster <-chan time.Duration, f func()) {
	t := time.NewTicker(time.Second)
	defer func() { t.Stop() }()
	for {
		select {
		case d, ok := <-faster:
			if !ok {
				return
			}
			t.Stop()
			t = time.NewTicker(d)
		case <-t.C:
			f()
		}
	}
}

// Fine: one of two, and a Stop for whichever it is.
func Either(slow bool, f func()) {
	var t *time.Ticker
	if slow {
		t = time.NewTicker(time.Minute)
	} else {
		t = time.NewTicker(time.Second)
	}
	defer t.Stop()
	<-t.C
	f()
}

// Fine: set to nil and back, with a Stop each time.
func Armed(arm <-chan bool, f func()) {
	var t *time.Ticker
	for on := range arm {
		if t != nil {
			t.Stop()
			t = nil
		}
		if on {
			t = time.NewTicker(time.Second)
		}
		f()
	}
	if t != nil {
		t.Stop()
	}
}

// Fine: moved by a channel, a closure, an interface, a struct that is returned.
type halter interface{ Stop() }

func Moved(to chan<- halter) { to <- time.NewTicker(time.Second) }

func Closed() func() {
	t := time.NewTicker(time.Second)
	return func() { t.Stop() }
}

func Halter() halter { return time.NewTicker(time.Second) }

type pair struct {
	t *time.Ticker
	n int
}

func Pair() pair { return pair{time.NewTicker(time.Second), 1} }

type closer struct{ stop func() }

func (c closer) Close() error { c.stop(); return nil }

func Closer() io.Closer {
	t := time.NewTicker(time.Second)
	return closer{t.Stop}
}

func Deferred(on func(func())) {
	t := time.NewTicker(time.Second)
	on(func() { t.Stop() })
}

// Leaks: a package variable that is set again and again.
var beat *time.Ticker

func SetBeat(d time.Duration) {
	beat = time.NewTicker(d) // want `ticker in variable beat is overwritten without Stop; held by the runtime timer heap \(timerleak/ticker-field\)`
}

func Beat() time.Time { return <-beat.C }

// Fine: stopped first; set once; anybody may stop an exported one.
var (
	stopped *time.Ticker
	once    *time.Ticker
	Public  *time.Ticker
)

func SetStopped(d time.Duration) {
	if stopped != nil {
		stopped.Stop()
	}
	stopped = time.NewTicker(d)
}

func Once() <-chan time.Time {
	if once == nil {
		once = time.NewTicker(time.Second)
	}
	return once.C
}

func SetPublic(d time.Duration) { Public = time.NewTicker(d) }

// Leaks: one of two in a struct without a name.
type Parts struct {
	beats struct{ fast, slow *time.Ticker }
}

func NewParts() *Parts {
	p := &Parts{}
	p.beats.fast = time.NewTicker(time.Second)
	p.beats.slow = time.NewTicker(time.Minute) // want `ticker in field slow is not stopped.*timerleak/ticker-field`
	return p
}

func (p *Parts) Close() { p.beats.fast.Stop() }

// Leaks: the struct stays in the function, too.
func LocalStruct() {
	p := pair{t: time.NewTicker(time.Second)} // want `timerleak/ticker-not-stopped`
	<-p.t.C
}

// Fine: as above, but stopped.
func LocalStopped() {
	p := &pair{t: time.NewTicker(time.Second)}
	defer p.t.Stop()
	<-p.t.C
}

// Fine: a method of it stops the ticker.
func LocalMethod() {
	p := &pair{t: time.NewTicker(time.Second)}
	<-p.t.C
	p.end()
}

func (p *pair) end() { p.t.Stop() }
