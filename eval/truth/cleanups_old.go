//go:build !go1.24

package main

var cleanups []test
