package sends

import (
	"context"

	"example.com/goroutines/feed"
)

type step struct{ name string }

// A callback that is given to somebody else gives a context on, and what it makes: nobody receives by
// these.
func Walk(ctx context.Context, names []string, each func(context.Context, func(step) error) error, use func(step) error) error {
	steps := make(chan step)
	go func() { // want `goroutine may wait for ever to send on steps \(goroutineleak/blocked-send\)`
		err := each(ctx, func(s step) error {
			s = feed.Checked(ctx, s)
			select {
			case steps <- s:
			case <-ctx.Done():
			}
			return nil
		})
		if err != nil {
			steps <- step{err.Error()}
		}
		close(steps)
	}()
	for s := range steps {
		if err := use(s); err != nil {
			return err
		}
	}
	return nil
}

// A Sink has a channel from which nobody receives.
type Sink struct{ last chan step }

func NewSink(next func() step) *Sink {
	s := &Sink{make(chan step)}
	go func() { // want `goroutine may wait for ever to send on s.last \(goroutineleak/blocked-send\)`
		for {
			s.last <- next()
		}
	}()
	return s
}
