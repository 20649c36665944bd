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
