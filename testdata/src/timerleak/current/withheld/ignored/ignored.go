// Package ignored has a leak that a comment silences: that is no reason to
// tell of a flag that would show it.
package ignored

import "time"

func Second() time.Time {
	return <-time.Tick(time.Second) //memlint:ignore timerleak/tick-in-repeatable once a day
}
