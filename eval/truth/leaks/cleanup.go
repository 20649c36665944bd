//go:build go1.24

package leaks

import "runtime"

func CleanupCaptures() any {
	f := newFile()
	runtime.AddCleanup(f, func(fd int64) { release(fd + f.fd) }, f.fd) // leak: closurecapture/self-reference
	return nil
}

func CleanupCapturesFixed() any {
	f := newFile()
	runtime.AddCleanup(f, func(fd int64) { release(fd) }, f.fd)
	return nil
}

func CleanupBound() any {
	f := newFile()
	runtime.AddCleanup(f, f.releaseAs, f.fd) // leak: closurecapture/self-reference
	return nil
}

func CleanupBoundFixed() any {
	f := newFile()
	runtime.AddCleanup(f, release, f.fd)
	return nil
}

func (f *file) releaseAs(fd int64) { release(fd) }

func CleanupArg() any {
	f := newFile()
	owner := &handle{file: f}
	runtime.AddCleanup(f, (*handle).free, owner) // leak: closurecapture/self-reference
	return nil
}

func CleanupArgFixed() any {
	f := newFile()
	runtime.AddCleanup(f, release, f.fd)
	return nil
}
