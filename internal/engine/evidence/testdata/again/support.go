package again

import "testing"

// Check is for tests, as its file imports testing: what it keeps goes with them.
func Check(t testing.TB) { add() }

// Setup helps them.
func Setup() { add() }
