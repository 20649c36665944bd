package sessions

import "testing"

// TestSessions gives the sessions to code that is not in sight.
func TestSessions(t *testing.T) {
	r := NewRelay(nil)
	t.Log(r.sessions)
}
