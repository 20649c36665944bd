package leaks

import (
	"context"
	"sync"
	"time"

	"github.com/memlint/memlint/eval/truth/leaks/feed"
)

func BlockedSend() any {
	s := newSession()
	answer := make(chan int)
	go func() { // leak: goroutineleak/blocked-send
		answer <- len(s.data)
		s.touch()
	}()
	select {
	case <-answer:
	default:
	}
	return nil
}

func BlockedSendFixed() any {
	s := newSession()
	answer := make(chan int, 1)
	go func() {
		answer <- len(s.data)
		s.touch()
	}()
	select {
	case <-answer:
	default:
	}
	return nil
}

func BlockedReceive() any {
	s := newSession()
	ready := make(chan struct{})
	go func() { // leak: goroutineleak/blocked-receive
		<-ready
		s.touch()
	}()
	if len(s.data) > 0 {
		return nil
	}
	close(ready)
	return nil
}

func BlockedReceiveFixed() any {
	s := newSession()
	ready := make(chan struct{})
	defer close(ready)
	go func() {
		<-ready
		s.touch()
	}()
	return nil
}

// A pipe passes on what it gets.
type pipe struct {
	in, out chan *session
	done    chan struct{}
}

func newPipe() *pipe { return &pipe{make(chan *session), make(chan *session), make(chan struct{})} }

func (p *pipe) run() {
	for {
		select {
		case s := <-p.in:
			p.out <- s // leak: goroutineleak/bare-send
		case <-p.done:
			return
		}
	}
}

func (p *pipe) Get() *session {
	select {
	case s := <-p.out:
		return s
	case <-p.done:
		return nil
	}
}

func (p *pipe) Close() { close(p.done) }

func BareSend() any {
	p := newPipe()
	go p.run()
	p.in <- newSession()
	p.Close()
	return nil
}

// A line is a pipe that looks at done when it sends, too.
type line struct{ *pipe }

func (l line) run() {
	for {
		select {
		case s := <-l.in:
			select {
			case l.out <- s:
			case <-l.done:
				return
			}
		case <-l.done:
			return
		}
	}
}

func BareSendFixed() any {
	l := line{newPipe()}
	go l.run()
	l.in <- newSession()
	l.Close()
	return nil
}

func GeneratorAbandoned() any {
	for b := range feed.Bytes(make([]byte, size)) {
		if b == 0 {
			return nil // leak: goroutineleak/generator-abandoned
		}
	}
	return nil
}

func GeneratorAbandonedFixed() any {
	done := make(chan struct{})
	defer close(done)
	for b := range feed.Until(done, make([]byte, size)) {
		if b == 0 {
			return nil
		}
	}
	return nil
}

func NeverEnds() any {
	s := newSession()
	for s.data[0] < 1 { // once
		go func() { // leak: goroutineleak/never-ends
			for {
				time.Sleep(time.Hour)
				s.touch()
			}
		}()
		s.touch()
	}
	return nil
}

func NeverEndsFixed() any {
	s := newSession()
	go func() {
		for {
			select {
			case <-s.done:
				return
			case <-time.After(time.Hour):
				s.touch()
			}
		}
	}()
	s.Close()
	return nil
}

// A crew has two workers.
type crew struct {
	jobs chan func()
	stop chan struct{}
}

func newCrew() *crew {
	c := &crew{make(chan func()), make(chan struct{})}
	for i := 0; i < 2; i++ {
		go c.work(newSession())
	}
	return c
}

func (c *crew) work(s *session) {
	for {
		select {
		case f := <-c.jobs:
			f()
			s.touch()
		case <-c.stop:
			return
		}
	}
}

func StopSentOnce() any {
	newCrew().stopOne()
	return nil
}

func (c *crew) stopOne() {
	c.stop <- struct{}{} // leak: goroutineleak/stop-sent-once
}

// A team is a crew that is ended by a close.
type team struct {
	jobs chan func()
	stop chan struct{}
}

func newTeam() *team {
	t := &team{make(chan func()), make(chan struct{})}
	for i := 0; i < 2; i++ {
		go t.work(newSession())
	}
	return t
}

func (t *team) work(s *session) {
	for {
		select {
		case f := <-t.jobs:
			f()
			s.touch()
		case <-t.stop:
			return
		}
	}
}

func (t *team) stopAll() { close(t.stop) }

func StopSentOnceFixed() any {
	newTeam().stopAll()
	return nil
}

func WaitNeverDone() any {
	go func() {
		s := newSession()
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			if len(s.data) > 0 {
				return
			}
			wg.Done()
		}()
		wg.Wait() // leak: goroutineleak/wait-never-done
		s.touch()
	}()
	return nil
}

func WaitNeverDoneFixed() any {
	go func() {
		s := newSession()
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.touch()
		}()
		wg.Wait()
	}()
	return nil
}

// A store is used by several goroutines.
type store struct {
	mu sync.Mutex
	s  *session
}

func (s *store) take(want bool) *session {
	s.mu.Lock() // leak: goroutineleak/unlock-missing
	if !want {
		return nil
	}
	s.mu.Unlock()
	return s.s
}

func UnlockMissing() any {
	s := &store{s: newSession()}
	s.take(false)
	go s.take(true)
	return nil
}

func (s *store) get(want bool) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !want {
		return nil
	}
	return s.s
}

func UnlockMissingFixed() any {
	s := &store{s: newSession()}
	s.get(false)
	go s.get(true)
	return nil
}

// await waits until a context ends.
func await(ctx context.Context, s *session) int {
	<-ctx.Done()
	return len(s.data)
}

func detached(ctx context.Context, s *session) {
	got := make(chan int, 1)
	go func() { // leak: goroutineleak/blocked-receive
		got <- await(context.Background(), s)
	}()
	select {
	case <-got:
	case <-ctx.Done():
	}
}

func DetachedCall() any {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	detached(ctx, newSession())
	return nil
}

func attached(ctx context.Context, s *session) {
	got := make(chan int, 1)
	go func() {
		got <- await(ctx, s)
	}()
	select {
	case <-got:
	case <-ctx.Done():
	}
}

func DetachedCallFixed() any {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	attached(ctx, newSession())
	return nil
}
