package bare

import "context"

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

var _ = []any{source(station{}), watchAll, followSome}
