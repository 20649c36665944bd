// Package lib waits for others.
package lib

func Wait(done <-chan struct{}) { <-done }
