package proxy

import (
	"testing"
	"time"
)

// SetPatience sets how long answers wait for the second server, until the test
// ends.
func SetPatience(t *testing.T, d time.Duration) {
	before := patience
	patience = d
	t.Cleanup(func() { patience = before })
}
