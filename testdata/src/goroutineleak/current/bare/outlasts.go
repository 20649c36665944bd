package bare

import (
	"context"
	"time"
)

// A Screen draws until the clock that asks for it says that it has ended.
type Screen struct {
	ctx   context.Context
	draws chan time.Time
	moves chan int
	done  chan struct{}
}

func NewScreen(ctx context.Context, draw func(time.Time) error) *Screen {
	s := &Screen{ctx: ctx, draws: make(chan time.Time), moves: make(chan int), done: make(chan struct{})}
	go s.serve(draw)
	go s.tick()
	return s
}

func (s *Screen) serve(draw func(time.Time) error) {
	for {
		select {
		case at := <-s.draws:
			if draw(at) != nil {
				for {
					select {
					case <-s.draws:
					case <-s.done:
						return
					}
				}
			}
		case <-s.moves:
		case <-s.done:
			return
		}
	}
}

// Fine: who draws leaves only when this has ended.
func (s *Screen) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case at := <-t.C:
			s.draws <- at
		case <-s.ctx.Done():
			close(s.done)
			return
		}
	}
}

func (s *Screen) Move(n int) {
	select {
	case s.moves <- n:
	case <-s.done:
	}
}

// A Slate gives up if it cannot draw.
type Slate struct {
	ctx   context.Context
	draws chan time.Time
	moves chan int
	done  chan struct{}
}

func NewSlate(ctx context.Context, draw func(time.Time) error) *Slate {
	b := &Slate{ctx: ctx, draws: make(chan time.Time), moves: make(chan int), done: make(chan struct{})}
	go b.serve(draw)
	go b.tick()
	return b
}

func (b *Slate) serve(draw func(time.Time) error) {
	for {
		select {
		case at := <-b.draws:
			if draw(at) != nil {
				return
			}
		case <-b.moves:
		case <-b.done:
			return
		}
	}
}

func (b *Slate) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case at := <-t.C:
			b.draws <- at // want `send on b.draws does not look at what ends those who receive \(goroutineleak/bare-send\)`
		case <-b.ctx.Done():
			close(b.done)
			return
		}
	}
}

func (b *Slate) Move(n int) {
	select {
	case b.moves <- n:
	case <-b.done:
	}
}
