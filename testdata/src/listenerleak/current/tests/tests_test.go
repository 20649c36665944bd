package tests

import (
	"testing"

	"example.com/listeners/bus"
)

// double is a Watcher that registers itself again.
type double struct{ listeners []func() }

func (d *double) Changed(string) {}

// Fine: what the test sets up it takes down.
func (d *double) Restart(cfg *bus.Config) { cfg.AddListener(d) }

// Fine: the test empties the list.
func (d *double) OnStop(f func()) { d.listeners = append(d.listeners, f) }

// Fine: what helps tests ends with them.
type forgetful struct{}

func (forgetful) Restart(name string) {
	bus.Register(name, func() {})
}

// Fine: a test runs once.
func TestRestart(t *testing.T) {
	d := new(double)
	cfg := new(bus.Config)
	d.Restart(cfg)
	defer cfg.RemoveListener(d)
	d.OnStop(func() { bus.Default.On("stopped", func(string) {}) })
	for _, f := range d.listeners {
		f()
	}
	d.listeners = nil
}

type suite struct{ double }

// Fine: so does a test of a suite.
func (s *suite) TestAgain() { bus.Default.On("again", func(string) {}) }

// Fine: what tests share is run by tests alone.
func poll(t *testing.T, topic *bus.Topic, ready func() bool) {
	for range 5 {
		sub, err := topic.Subscribe(func([]byte) {})
		if err != nil {
			t.Fatal(err)
		}
		if ready() {
			break
		}
		sub.Unsubscribe()
	}
}

func TestPoll(t *testing.T) {
	poll(t, bus.NewTopic(), func() bool { return true })
	poll(t, bus.NewTopic(), func() bool { return false })
}
