// Package keep starts goroutines for whoever wants one.
package keep

// Keep calls f for ever.
func Keep(f func()) {
	go func() {
		for {
			f()
		}
	}()
}
