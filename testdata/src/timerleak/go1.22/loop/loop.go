// Package loop has timers that are made anew in every iteration.
package loop

import (
	"context"
	"time"
)

// Leaks: busy channels make thousands of timers before the first one fires.
func Idle(events <-chan string, idle func()) {
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-time.After(5 * time.Minute): // want `timer is created anew in every iteration and not stopped.*timerleak/after-in-loop`
			idle()
		}
	}
}

// Leaks: how long it is nobody knows.
func IdleFor(d time.Duration, events <-chan string, idle func()) {
	for e := range events {
		timeout := time.After(d) // want `timerleak/after-in-loop`
		select {
		case <-timeout:
			idle()
		case e = <-events:
			_ = e
		}
	}
}

// Leaks: the timer can be stopped, and is not.
func Batches(in <-chan int, flush func([]int)) {
	var batch []int
	for {
		t := time.NewTimer(time.Second) // want `timerleak/after-in-loop`
		select {
		case n, ok := <-in:
			if !ok {
				return
			}
			batch = append(batch, n)
		case <-t.C:
			flush(batch)
			batch = nil
		}
	}
}

// Leaks: continue goes round past Stop.
func Skip(in <-chan int, each func(int)) {
	for n := range in {
		t := time.NewTimer(time.Minute) // want `timerleak/after-in-loop`
		if n < 0 {
			continue
		}
		each(n)
		t.Stop()
	}
}

// Leaks: a ticker per iteration.
func Per(in <-chan int, each func(int, <-chan time.Time)) {
	for n := range in {
		t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
		<-t.C
		_ = n
	}
}

// Leaks: time.Tick where code may run any number of times.
func Second() time.Time {
	return <-time.Tick(time.Second) // want `timerleak/tick-in-repeatable`
}

func (c *Clock) Run(done <-chan struct{}) {
	ticks := time.Tick(c.d) // want `timerleak/tick-in-repeatable`
	for {
		select {
		case <-ticks:
			c.n++
		case <-done:
			return
		}
	}
}

// Clock counts.
type Clock struct {
	d time.Duration
	n int
}

// Fine: less than a second each.
func Short(events <-chan string, idle func()) {
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-time.After(200 * time.Millisecond):
			idle()
		}
	}
}

// Fine: every other case returns.
func Retry(ctx context.Context, try func() error) error {
	for {
		if err := try(); err == nil {
			return nil
		}
		select {
		case <-time.After(time.Minute):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Fine: the loop waits for it, it is nothing but a pause.
func Pause(n int, f func()) {
	for range n {
		f()
		<-time.After(time.Minute)
	}
}

// Fine: not in a loop.
func Once(ch <-chan int) (int, bool) {
	select {
	case n := <-ch:
		return n, true
	case <-time.After(time.Hour):
		return 0, false
	}
}

// Fine: stopped in the case that goes on.
func Stopped(events <-chan string, idle func()) {
	for {
		t := time.NewTimer(time.Minute)
		select {
		case _, ok := <-events:
			t.Stop()
			if !ok {
				return
			}
		case <-t.C:
			idle()
		}
	}
}

// Fine: one timer, armed again.
func Reset(events <-chan string, idle func()) {
	t := time.NewTimer(time.Minute)
	defer t.Stop()
	for {
		t.Reset(time.Minute)
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-t.C:
			idle()
		}
	}
}

// Fine: one for all, made in front of the loop.
func Deadline(events <-chan string, each func(string)) {
	deadline := time.After(time.Hour)
	for {
		select {
		case e := <-events:
			each(e)
		case <-deadline:
			return
		}
	}
}

var ticks = time.Tick(time.Minute)

// Fine: once per process.
func init() {
	for _, d := range [...]time.Duration{time.Second, time.Minute} {
		<-time.Tick(d)
	}
	<-ticks
}

// A nil variable asks for a new timer, and another case sets it to nil while
// the timer runs.
func Batch(in <-chan string, flush <-chan struct{}, wait time.Duration, send func([]string)) {
	var batch []string
	var timer <-chan time.Time
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return
			}
			batch = append(batch, s)
			if timer == nil {
				timer = time.After(wait) // want `timerleak/after-in-loop`
			}
		case <-flush:
			send(batch)
			batch, timer = nil, nil
		case <-timer:
			send(batch)
			batch, timer = nil, nil
		}
	}
}

// Fine: the variable is nil only before the timer is made, or when it is over.
func Idled(in <-chan string, wait time.Duration, send func(string)) {
	var timer <-chan time.Time
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return
			}
			send(s)
			if timer == nil {
				timer = time.After(wait)
			}
		case <-timer:
			timer = nil
		}
	}
}

// Fine: a flag says that the one timer is there.
func Flagged(in <-chan string, wait time.Duration, send func(string)) {
	var timer *time.Timer
	made := false
	for s := range in {
		if !made {
			timer = time.NewTimer(wait)
			made = true
		} else {
			timer.Reset(wait)
		}
		select {
		case <-timer.C:
		default:
			send(s)
		}
	}
	if made {
		timer.Stop()
	}
}

// Leaks: flush empties the field while the timer runs, and the next message
// makes another one.
type Producer struct {
	in    chan string
	full  chan struct{}
	batch []string
	timer <-chan time.Time
	wait  time.Duration
}

func (p *Producer) Run() {
	for {
		select {
		case s, ok := <-p.in:
			if !ok {
				return
			}
			p.batch = append(p.batch, s)
			if p.timer == nil {
				p.timer = time.After(p.wait) // want `timerleak/after-in-loop`
			}
		case <-p.timer:
			p.flush()
		case <-p.full:
			p.flush()
		}
	}
}

func (p *Producer) flush() {
	p.batch, p.timer = nil, nil
}

// Leaks: every message makes another one.
type Watch struct {
	in    chan string
	timer <-chan time.Time
}

func (w *Watch) Run(idle func()) {
	for {
		select {
		case <-w.in:
			w.timer = time.After(time.Minute) // want `timerleak/after-in-loop`
		case <-w.timer:
			idle()
		}
	}
}

// Fine: the field is emptied when the time is up.
type Patient struct {
	in    chan string
	timer <-chan time.Time
}

func (p *Patient) Run(idle func()) {
	for {
		select {
		case <-p.in:
			if p.timer == nil {
				p.timer = time.After(time.Minute)
			}
		case <-p.timer:
			p.timer = nil
			idle()
		}
	}
}

// Fine: the loop ends with the channel, which this case closes.
type Dispatcher struct {
	trigger chan struct{}
	dying   chan struct{}
}

func (d *Dispatcher) Run(wait time.Duration, dispatch func() error) {
	for range d.trigger {
		select {
		case <-d.dying:
			close(d.trigger)
		case <-time.After(wait):
			if dispatch() != nil {
				d.trigger <- struct{}{}
			}
		}
	}
}

// Leaks: it closes another one.
func (d *Dispatcher) Other(wait time.Duration, done chan int, dispatch func()) {
	for range d.trigger {
		select {
		case <-d.dying:
			close(done)
		case <-time.After(wait): // want `timerleak/after-in-loop`
			dispatch()
		}
	}
}

// Fine: the caller decides how long it needs the channel.
func Ticks(d time.Duration) <-chan time.Time { return time.Tick(d) }

// Fine: the ticker is in use for as long as the function runs.
func Forever(each func()) {
	for range time.Tick(time.Second) {
		each()
	}
}

// Started is a Producer that a function runs for it.
type Started struct {
	in, full chan int
	timer    <-chan time.Time
}

// Start has the loop run by a function that is given it.
func (p *Started) Start() {
	go guarded(p.run)
}

func guarded(f func()) {
	defer func() { recover() }()
	f()
}

func (p *Started) run() {
	for {
		select {
		case <-p.in:
			if p.timer == nil {
				p.timer = time.After(time.Minute) // want `timer is created anew in every iteration and not stopped; held by the runtime timer heap \(timerleak/after-in-loop\)`
			}
		case <-p.timer:
			p.timer = nil
		case <-p.full:
			p.timer = nil
		}
	}
}

// As many timers as answers are waited for.
func Answers(n int, good, bad chan int, wait time.Duration) (sum int) {
	for {
		select {
		case v := <-good:
			sum += v
			if n--; n <= 0 {
				return sum
			}
		case <-bad:
			if n--; n <= 0 {
				return sum
			}
		case <-time.After(wait):
			return sum
		}
	}
}

// As many as come in, but for the bad ones.
func Most(n int, good, bad chan int, wait time.Duration) (sum int) {
	for {
		select {
		case v := <-good:
			sum += v
		case <-bad:
			if n--; n <= 0 {
				return sum
			}
		case <-time.After(wait): // want `timerleak/after-in-loop`
			return sum
		}
	}
}

// Fine: the second timer is made when the first one fires, which it does once.
func Grace(jobs <-chan func(), stop func(), wait time.Duration) {
	join := time.After(wait)
	var late <-chan time.Time
	for {
		select {
		case <-join:
			late = time.After(wait)
		case <-late:
			stop()
			return
		case job := <-jobs:
			job()
		}
	}
}

// Rejoin makes the first one anew.
func Rejoin(jobs <-chan func(), stop func(), wait time.Duration) {
	join := time.After(wait)
	var late <-chan time.Time
	for {
		select {
		case <-join:
			late = time.After(wait) // want `timerleak/after-in-loop`
		case <-late:
			stop()
			return
		case job := <-jobs:
			job()
			join = time.After(wait) // want `timerleak/after-in-loop`
		}
	}
}

// Until is fine: it waits for what the last of a few errors asks for, and nothing else goes on.
func Until(ctx context.Context, try func() [2]error, after func(error) time.Duration) {
	for {
		var next <-chan time.Time
		for _, err := range try() {
			if err == nil {
				return
			}
			next = time.After(after(err))
		}
		select {
		case <-next:
		case <-ctx.Done():
			return
		}
	}
}

// Each makes one for each name while it waits for another.
func Each(names []string, done <-chan string, wait time.Duration) {
	for range names {
		select {
		case <-time.After(wait): // want `timerleak/after-in-loop`
		case <-done:
		}
	}
}
