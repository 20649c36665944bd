//go:build go1.23

package leaks

import "iter"

func (s *session) all(yield func(byte) bool) {
	for _, b := range s.data {
		if !yield(b) {
			return
		}
	}
}

func PullNotStopped() any {
	next, _ := iter.Pull(newSession().all) // leak: closeleak/never-released
	next()
	return nil
}

func PullNotStoppedFixed() any {
	next, stop := iter.Pull(newSession().all)
	defer stop()
	next()
	return nil
}
