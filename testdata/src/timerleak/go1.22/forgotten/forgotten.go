// Package forgotten has maps of tickers and timers whose entries are deleted
// in several places.
package forgotten

import (
	"sync"
	"time"
)

// Leaks: a ticker that was deleted runs for ever.
type Feeds struct{ beats map[string]*time.Ticker }

func (f *Feeds) Open(name string, d time.Duration) { f.beats[name] = time.NewTicker(d) } // want `ticker is not stopped when its entry of beats is deleted.*timerleak/ticker-field`

func (f *Feeds) Close(name string) {
	if t := f.beats[name]; t != nil {
		t.Stop()
	}
	delete(f.beats, name)
}

func (f *Feeds) Fail(name string, err error) {
	if err != nil {
		delete(f.beats, name)
	}
}

// Leaks: the map is a package variable.
var (
	mu     sync.Mutex
	limits = map[int]*time.Timer{}
)

func Limit(n int, d time.Duration) {
	mu.Lock()
	defer mu.Unlock()
	limits[n] = time.NewTimer(d) // want `timerleak/timer-not-stopped`
}

func Done(n int) {
	mu.Lock()
	defer mu.Unlock()
	limits[n].Stop()
	delete(limits, n)
}

func Drop(n int) {
	mu.Lock()
	defer mu.Unlock()
	delete(limits, n)
}

// Fine: it fired.
func Wait(n int) {
	<-limits[n].C
	delete(limits, n)
}
