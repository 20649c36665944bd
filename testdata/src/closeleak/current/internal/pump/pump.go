// Package pump has things to give back, and helpers that do.
package pump

import (
	"context"
	"io"
	"os"
	"sync"
	"time"
)

// A Pump has a goroutine until Stop.
type Pump struct {
	quit chan struct{}
	n    int
}

// Start starts a pump.
func Start() *Pump {
	p := &Pump{quit: make(chan struct{})}
	go p.run()
	return p
}

func (p *Pump) run() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.n++
		case <-p.quit:
			return
		}
	}
}

func (p *Pump) Use() error { return nil }
func (p *Pump) Stop()      { close(p.quit) }

// A Worker has a goroutine until its context is canceled.
type Worker struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Work starts a worker.
func Work(f func()) *Worker {
	w := new(Worker)
	w.ctx, w.cancel = context.WithCancel(context.Background())
	go func() {
		for {
			select {
			case <-w.ctx.Done():
				return
			default:
				f()
			}
		}
	}()
	return w
}

func (w *Worker) Close() { w.cancel() }

// A Helper ends with the context that it is given: its Close owes nothing.
type Helper struct{ cancel context.CancelFunc }

func Help(ctx context.Context, f func()) *Helper {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
				f()
			}
		}
	}()
	return &Helper{cancel}
}

func (h *Helper) Close() { h.cancel() }

// A Note has a Close that does nothing.
type Note struct{ Text string }

func NewNote(text string) *Note { return &Note{text} }

func (n *Note) Close() error { return nil }

// A Log is a file with a name.
type Log struct {
	f    *os.File
	name string
}

// Open opens a log.
func Open(name string) (*Log, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &Log{f, name}, nil
}

func (l *Log) Write(b []byte) (int, error) { return l.f.Write(b) }
func (l *Log) Close() error                { return l.f.Close() }

// A Store keeps the logs that it opens: who gets one owes nothing.
type Store struct {
	mu   sync.Mutex
	logs []*Log
}

func (s *Store) Open(name string) (*Log, error) {
	l, err := Open(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs = append(s.logs, l)
	return l, nil
}

func (s *Store) Close() {
	for _, l := range s.logs {
		l.Close()
	}
}

// Begin returns what ends it.
func Begin() (end func()) {
	p := Start()
	return func() { p.Stop() }
}

// Maybe returns nothing to call where it has nothing to do.
func Maybe(ctx context.Context, d time.Duration) (context.Context, bool, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	return ctx, true, cancel
}

// Child returns a context of its caller's.
func Child(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Hour)
}

// End closes c.
func End(c io.Closer) { c.Close() }

// A Meter has a file that its method closes.
type Meter struct{ f *os.File }

// OpenMeter opens the file.
func OpenMeter(name string) (*Meter, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &Meter{f}, nil
}

// Read closes it, too.
func (m *Meter) Read(b []byte) error {
	defer m.f.Close()
	_, err := m.f.Read(b)
	return err
}
