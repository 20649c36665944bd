package once

import "testing"

var ports []int

// Fine: only tests call it.
func Port(t testing.TB, next func() int) int {
	t.Helper()
	port := next()
	ports = append(ports, port)
	return port
}
