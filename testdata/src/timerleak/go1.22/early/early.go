// Package early has timers that an early return leaves behind.
package early

import (
	"errors"
	"time"
)

var errLate = errors.New("late")

// Leaks: the answer comes first, the timer stays for the rest of the hour.
func Ask(answers <-chan string) (string, error) {
	t := time.NewTimer(time.Hour) // want `timer is not stopped on every path; held by the runtime timer heap \(timerleak/timer-not-stopped\)`
	select {
	case a := <-answers:
		return a, nil
	case <-t.C:
		return "", errLate
	}
}

// Leaks: the timeout comes from the caller and may be long.
func AskIn(d time.Duration, answers <-chan string, check func(string) error) (string, error) {
	timer := time.NewTimer(d) // want `timerleak/timer-not-stopped`
	for {
		select {
		case a := <-answers:
			if err := check(a); err != nil {
				return "", err
			}
			timer.Stop()
			return a, nil
		case <-timer.C:
			return "", errLate
		}
	}
}

// Leaks: the path that is not about waiting leaves it behind.
func Lock(try func() bool, wait <-chan bool) bool {
	t := time.NewTimer(2 * time.Minute) // want `timerleak/timer-not-stopped`
	if try() {
		return true
	}
	defer t.Stop()
	select {
	case <-wait:
		return try()
	case <-t.C:
		return false
	}
}

// Fine: it is over in half a minute anyway.
func Soon(answers <-chan string) string {
	t := time.NewTimer(30 * time.Second)
	select {
	case a := <-answers:
		return a
	case <-t.C:
		return ""
	}
}

// Fine: on the one path it fired, on the other it is stopped.
func Both(answers <-chan string) string {
	t := time.NewTimer(time.Hour)
	select {
	case a := <-answers:
		t.Stop()
		return a
	case <-t.C:
		return ""
	}
}

// Fine: stopped and drained, as the manual says for old timers.
func Drained(answers <-chan string) string {
	t := time.NewTimer(time.Hour)
	a := <-answers
	if !t.Stop() {
		<-t.C
	}
	return a
}

// Fine: waited for to the end.
func Sleep(d time.Duration) {
	t := time.NewTimer(d)
	<-t.C
}

// Fine: the caller gets it.
func Start(d time.Duration) (*time.Timer, error) {
	t := time.NewTimer(d)
	if d < 0 {
		t.Stop()
		return nil, errLate
	}
	return t, nil
}

// Fine: the deferred call comes first.
func Deferred(d time.Duration, f func() error) error {
	t := time.NewTimer(d)
	defer t.Stop()
	if err := f(); err != nil {
		return err
	}
	<-t.C
	return nil
}

// Fine: somebody else waits for it to the end, as with time.After.
func After(d time.Duration) <-chan time.Time {
	t := time.NewTimer(d)
	return t.C
}

// Fine: the first time it is due at once, and then it is waited for.
func Poll(every time.Duration, look func() (done bool)) {
	t := time.NewTimer(0)
	for {
		if look() {
			return
		}
		if every > 0 {
			t.Reset(every)
			<-t.C
		}
	}
}

// A Client has settings.
type Client struct {
	wait time.Duration
	done chan bool
	in   chan int
}

// Leaks: nobody knows how long it lasts.
func (c *Client) Poll() bool {
	t := time.NewTimer(c.wait) // want `timerleak/timer-not-stopped`
	select {
	case <-c.done:
		return false
	case <-t.C:
		return true
	}
}

// Fine: one timer is left when the loop ends, for a minute.
func (c *Client) Loop(each func()) {
	t := time.NewTimer(0)
	for {
		select {
		case <-c.done:
			return
		case <-t.C:
			each()
			t.Reset(time.Minute)
		}
	}
}

// Leaks: for a day.
func (c *Client) Daily(each func()) {
	t := time.NewTimer(0) // want `timerleak/timer-not-stopped`
	for {
		select {
		case <-c.done:
			return
		case <-t.C:
			each()
			t.Reset(24 * time.Hour)
		}
	}
}

// Fine: those who call it are here, and say seconds.
func (c *Client) within(d time.Duration) bool {
	t := time.NewTimer(d)
	select {
	case <-c.done:
		return false
	case <-t.C:
		return true
	}
}

func (c *Client) Ready() bool { return c.within(3 * time.Second) }
