package bare

import (
	"context"

	"example.com/goroutines/internal/cast"
)

type source interface {
	watch(ctx context.Context, in <-chan int) <-chan int
	follow(ctx context.Context, in <-chan int) <-chan int
}

type station struct{}

// Fine: only this package calls it, and takes all.
func (station) watch(ctx context.Context, in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		for {
			select {
			case n := <-in:
				out <- n
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Who calls it may leave before.
func (station) follow(ctx context.Context, in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		for {
			select {
			case n := <-in:
				out <- n // want `send on out does not look at what ends the goroutine \(goroutineleak/bare-send\)`
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func watchAll(ctx context.Context, s source, in <-chan int, use func(int)) {
	all := s.watch(ctx, in)
	for n := range all {
		use(n)
	}
}

func followSome(ctx context.Context, s source, in <-chan int, use func(int) bool) {
	some := s.follow(ctx, in)
	for n := range some {
		if !use(n) {
			return
		}
	}
}

type mast struct {
	ctx context.Context
	in  chan int
}

// Fine: whoever calls it is elsewhere.
func (m *mast) open() (chan int, error) {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case n := <-m.in:
				out <- n
			case <-m.ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// Fine: all is taken, if there is something.
func (m *mast) most() (chan int, error) {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case n := <-m.in:
				out <- n
			case <-m.ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// This one goes to where one is taken, too.
func (m *mast) some() (chan int, error) {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case n := <-m.in:
				out <- n // want `send on out does not look at what ends the goroutine`
			case <-m.ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

func (m *mast) hoist(use func(int)) error {
	if err := cast.All(m.open, use); err != nil {
		return err
	}
	most, err := m.most()
	if err != nil {
		return err
	}
	for n := range most {
		use(n)
	}
	if err := cast.All(m.some, use); err != nil {
		return err
	}
	some, err := m.some()
	if err != nil {
		return err
	}
	use(<-some)
	return nil
}

var _ = []any{source(station{}), watchAll, followSome, (*mast).hoist}
