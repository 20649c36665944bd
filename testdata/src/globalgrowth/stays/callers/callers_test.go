package callers

import "testing"

var seen = map[string]bool{}

// Fine: a test process ends.
func remember(name string) { seen[name] = true }

func TestRemember(t *testing.T) {
	for range t.Context().Done() {
		remember(t.Name())
	}
}
