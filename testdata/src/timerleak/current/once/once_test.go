package once

import (
	"testing"
	"time"
)

// Fine: a test runs once, and the process of the test ends.
func TestHandle(t *testing.T) {
	beat := time.NewTicker(time.Second)
	go func() {
		for range beat.C {
			Handle(t.Name())
		}
	}()
}

func TestMain(m *testing.M) {
	go func() {
		for range time.Tick(time.Minute) {
			println("still running")
		}
	}()
	m.Run()
}

type suite struct{}

// Fine: packages for suites of tests call their methods.
func (s *suite) TestBeat() {
	go func() {
		for range time.Tick(time.Second) {
			Handle("suite")
		}
	}()
}

// Fine: only the tests above and below call it.
func beating() {
	go func() {
		for range time.Tick(time.Second) {
			println("beating")
		}
	}()
}

func BenchmarkBeat(b *testing.B) {
	for b.Loop() {
		beating()
	}
}

// Fine: a helper of tests ends with them.
func Helper() {
	go func() {
		for range time.Tick(time.Second) {
			println("helping")
		}
	}()
}

// Fine: a literal of a helper of tests is part of the test, whoever calls it.
func listening(call func(func())) {
	call(func() {
		go func() {
			for range time.Tick(time.Second) {
				println("listening")
			}
		}()
	})
}

func FuzzListening(f *testing.F) { listening(func(g func()) { g() }) }
