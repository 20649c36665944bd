package never

import (
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"
)

var hour atomic.Int64

// Nobody has reason to call it twice: a second goroutine would do the same.
func KeepHour() {
	go func() { // want `goroutineleak/never-ends, latent`
		for {
			hour.Store(int64(time.Now().Hour()))
			time.Sleep(time.Minute)
		}
	}()
}

// Each call has a function of its own.
func KeepAll(f func()) {
	go func() { // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
		for {
			f()
			time.Sleep(time.Minute)
		}
	}()
}

// Each request has one.
func keepHour(w http.ResponseWriter, r *http.Request) {
	KeepMinute()
}

func KeepMinute() {
	go func() { // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
		for {
			hour.Store(int64(time.Now().Minute()))
			time.Sleep(time.Second)
		}
	}()
}

var _ = http.HandlerFunc(keepHour)

// A Dial has a goroutine of its own, and there may be one dial.
type Dial struct {
	hand atomic.Int64
	mu   sync.Mutex
	once sync.Once
	all  map[string]*atomic.Int64
}

func (d *Dial) Turn() {
	go func() { // want `goroutineleak/never-ends, latent`
		for {
			d.hand.Add(1)
			time.Sleep(time.Second)
		}
	}()
}

// Others read it as often as they like: one goroutine is started.
func (d *Dial) Read(seen func(int64)) int64 {
	d.once.Do(func() {
		go func() { // want `goroutineleak/never-ends, latent`
			for {
				seen(d.hand.Add(1))
				time.Sleep(time.Second)
			}
		}()
	})
	return d.hand.Load()
}

// As often as there are formats.
func (d *Dial) Format(format string) *atomic.Int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.all[format]; ok {
		return n
	}
	n := new(atomic.Int64)
	d.all[format] = n
	go func() { // want `goroutineleak/never-ends, latent`
		for {
			n.Add(int64(len(format)))
			time.Sleep(time.Second)
		}
	}()
	return n
}

// A Watchman can be ended, and there may be many, but a process gets its signals as a whole.
type Watchman struct{ calls chan os.Signal }

func NewWatchman() *Watchman { return &Watchman{calls: make(chan os.Signal, 1)} }

func (m *Watchman) Watch(f func(os.Signal)) {
	signal.Notify(m.calls, os.Interrupt)
	go func() { // want `goroutineleak/never-ends, latent`
		for {
			f(<-m.calls)
		}
	}()
}

func (m *Watchman) Close() { signal.Stop(m.calls) }

// As often as there are addresses of those who ask.
func (d *Dial) remote(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all[r.RemoteAddr] != nil {
		return
	}
	n := new(atomic.Int64)
	d.all[r.RemoteAddr] = n
	go func() { // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
		for {
			n.Add(1)
			time.Sleep(time.Second)
		}
	}()
}

var _ = http.HandlerFunc(new(Dial).remote)
