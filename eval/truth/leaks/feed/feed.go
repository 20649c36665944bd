// Package feed has a producer for package leaks.
package feed

// Bytes returns a channel that a goroutine fills until all was received.
func Bytes(data []byte) <-chan byte {
	out := make(chan byte)
	go func() {
		defer close(out)
		for _, b := range data {
			out <- b
		}
	}()
	return out
}

// Until does the same, and ends with done.
func Until(done <-chan struct{}, data []byte) <-chan byte {
	out := make(chan byte)
	go func() {
		defer close(out)
		for _, b := range data {
			select {
			case out <- b:
			case <-done:
				return
			}
		}
	}()
	return out
}
