//go:build !unix

package manifest

// stampOf knows nothing: there is no time that programs cannot set.
func stampOf(string) (s stamp, exists, ok bool) { return s, false, false }
