// Package bare has sends that do not look at what ends their loop.
package bare

import "context"

// A Pipe passes on what it gets, until it is closed.
type Pipe struct {
	in, out chan int
	done    chan struct{}
}

func NewPipe() *Pipe {
	p := &Pipe{make(chan int), make(chan int), make(chan struct{})}
	go p.run()
	return p
}

func (p *Pipe) run() {
	for {
		select {
		case v := <-p.in:
			p.out <- v // want `send on p.out does not look at what ends those who receive \(goroutineleak/bare-send\)`
		case <-p.done:
			return
		}
	}
}

func (p *Pipe) Put(v int) {
	select {
	case p.in <- v:
	case <-p.done:
	}
}

func (p *Pipe) Get(ctx context.Context) int {
	select {
	case v := <-p.out:
		return v
	case <-ctx.Done():
		return 0
	}
}

func (p *Pipe) Close() { close(p.done) }

// A Line looks at done when it sends, too.
type Line struct {
	in, out chan int
	done    chan struct{}
}

func NewLine() *Line {
	l := &Line{make(chan int), make(chan int), make(chan struct{})}
	go l.run()
	return l
}

func (l *Line) run() {
	for {
		select {
		case v := <-l.in:
			select {
			case l.out <- v:
			case <-l.done:
				return
			}
		case <-l.done:
			return
		}
	}
}

func (l *Line) Put(v int) {
	select {
	case l.in <- v:
	case <-l.done:
	}
}

func (l *Line) Get(ctx context.Context) int {
	select {
	case v := <-l.out:
		return v
	case <-ctx.Done():
		return 0
	}
}

func (l *Line) Close() { close(l.done) }

// A Manager has one method that forgets what the others look at.
type Manager struct {
	add, drop chan string
	quit      chan struct{}
}

func NewManager() *Manager {
	m := &Manager{make(chan string), make(chan string), make(chan struct{})}
	go m.run(map[string]bool{})
	return m
}

func (m *Manager) run(names map[string]bool) {
	for {
		select {
		case name := <-m.add:
			names[name] = true
		case name := <-m.drop:
			delete(names, name)
		case <-m.quit:
			return
		}
	}
}

func (m *Manager) Add(name string) {
	select {
	case m.add <- name:
	case <-m.quit:
	}
}

func (m *Manager) Drop(name string) {
	m.drop <- name // want `send on m.drop does not look at what ends those who receive \(goroutineleak/bare-send\)`
}

func (m *Manager) Close() { close(m.quit) }

// Subscribe returns a channel on which its goroutine sends bare.
func Subscribe(ctx context.Context, from <-chan int) <-chan int {
	to := make(chan int)
	go func() {
		defer close(to)
		for {
			select {
			case <-ctx.Done():
				return
			case v, ok := <-from:
				if !ok {
					return
				}
				to <- v // want `send on to does not look at what ends the goroutine \(goroutineleak/bare-send\)`
			}
		}
	}()
	return to
}

// A Server answers on channels with room for the answer.
type Server struct {
	asks chan ask
	quit chan struct{}
}

type ask struct {
	n      int
	answer chan int
}

func NewServer() *Server {
	s := &Server{make(chan ask), make(chan struct{})}
	go s.run()
	return s
}

func (s *Server) run() {
	for {
		select {
		case a := <-s.asks:
			a.answer <- a.n + 1
		case <-s.quit:
			return
		}
	}
}

func (s *Server) Ask(ctx context.Context, n int) int {
	a := ask{n, make(chan int, 1)}
	select {
	case s.asks <- a:
	case <-ctx.Done():
		return 0
	}
	select {
	case n := <-a.answer:
		return n
	case <-ctx.Done():
		return 0
	}
}

func (s *Server) Close() { close(s.quit) }
