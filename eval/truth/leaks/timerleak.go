package leaks

import (
	"time"
)

func TickerNotStopped() any {
	t := time.NewTicker(time.Hour) // leak: timerleak/ticker-not-stopped
	select {
	case <-t.C:
	default:
	}
	return nil
}

func TickerNotStoppedFixed() any {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	select {
	case <-t.C:
	default:
	}
	return nil
}

func TickerGoroutine() any {
	s := newSession()
	t := time.NewTicker(time.Hour) // leak: timerleak/ticker-goroutine
	go func() {
		for range t.C {
			s.touch()
		}
	}()
	t.Stop()
	s.Close()
	return nil
}

func TickerGoroutineFixed() any {
	s := newSession()
	t := time.NewTicker(time.Hour)
	go func() {
		for {
			select {
			case <-t.C:
				s.touch()
			case <-s.done:
				return
			}
		}
	}()
	t.Stop()
	s.Close()
	return nil
}

// A poller is to be closed.
type poller struct{ t *time.Ticker }

func newPoller() *poller {
	return &poller{time.NewTicker(time.Hour)} // leak: timerleak/ticker-field
}

func (p *poller) Close() {}

func TickerField() any {
	p := newPoller()
	p.Close()
	return nil
}

// A stopper is to be closed, and does what that needs.
type stopper struct{ t *time.Ticker }

func newStopper() *stopper {
	return &stopper{time.NewTicker(time.Hour)}
}

func (s *stopper) Close() { s.t.Stop() }

func TickerFieldFixed() any {
	s := newStopper()
	s.Close()
	return nil
}

func TickInRepeatable() any {
	select {
	//lint:ignore SA1015 the leak
	case <-time.Tick(time.Hour): // leak: timerleak/tick-in-repeatable
	default:
	}
	return nil
}

func TickInRepeatableFixed() any {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	select {
	case <-t.C:
	default:
	}
	return nil
}

// jobs returns a channel with one job in it.
func jobs() <-chan int {
	c := make(chan int, 1)
	c <- 1
	close(c)
	return c
}

func AfterInLoop() any {
	work := jobs()
	for {
		select {
		case _, ok := <-work:
			if !ok {
				return nil
			}
		case <-time.After(time.Hour): // leak: timerleak/after-in-loop
		}
	}
}

func AfterInLoopFixed() any {
	work := jobs()
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	for {
		select {
		case _, ok := <-work:
			if !ok {
				return nil
			}
		case <-t.C:
		}
		t.Reset(time.Hour)
	}
}

func TimerNotStopped() any {
	work := jobs()
	t := time.NewTimer(time.Hour) // leak: timerleak/timer-not-stopped
	select {
	case <-work:
		return nil
	case <-t.C:
	}
	return nil
}

func TimerNotStoppedFixed() any {
	work := jobs()
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	select {
	case <-work:
		return nil
	case <-t.C:
	}
	return nil
}

func AfterFuncRearms() any {
	s := newSession()
	var again func()
	again = func() {
		s.touch()
		time.AfterFunc(20*time.Millisecond, again) // leak: timerleak/afterfunc-rearms
	}
	again()
	s.Close()
	return nil
}

func AfterFuncRearmsFixed() any {
	s := newSession()
	var again func()
	again = func() {
		select {
		case <-s.done:
			return
		default:
		}
		s.touch()
		time.AfterFunc(20*time.Millisecond, again)
	}
	again()
	s.Close()
	return nil
}

func AfterFuncPins() any {
	s := newSession()
	time.AfterFunc(time.Hour, func() { s.touch() }) // leak: timerleak/afterfunc-pins
	s.Close()
	return nil
}

func AfterFuncPinsFixed() any {
	s := newSession()
	t := time.AfterFunc(time.Hour, func() { s.touch() })
	defer t.Stop()
	s.Close()
	return nil
}

// deferred is how many jobs a worker of the two functions below gets.
const deferred = 100

func DeferStopInLoop() any {
	work := make(chan int)
	go func() {
		for range work {
			t := time.NewTicker(time.Hour) // leak: timerleak/defer-stop-in-loop
			//lint:ignore SA9001 the leak
			defer t.Stop()
		}
	}()
	for i := 0; i < deferred; i++ {
		work <- i
	}
	return work
}

func DeferStopInLoopFixed() any {
	work := make(chan int)
	go func() {
		for range work {
			func() {
				t := time.NewTicker(time.Hour)
				defer t.Stop()
			}()
		}
	}()
	for i := 0; i < deferred; i++ {
		work <- i
	}
	return work
}
