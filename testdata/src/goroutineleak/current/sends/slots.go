package sends

import "time"

// slots makes a channel with as much room as its caller wants.
func slots(n int) chan string { return make(chan string, n) }

// ringOnce leaks: nobody takes what is said after a while.
func ringOnce(say func() string, d time.Duration) string {
	said := slots(0)
	go func() { // want `goroutine may wait for ever to send on said \(goroutineleak/blocked-send\)`
		said <- say()
	}()
	select {
	case s := <-said:
		return s
	case <-time.After(d):
		return ""
	}
}

// ringRoomy is fine: there is room for it.
func ringRoomy(say func() string, d time.Duration) string {
	said := slots(1)
	go func() { said <- say() }()
	select {
	case s := <-said:
		return s
	case <-time.After(d):
		return ""
	}
}

// ringMany is fine: how much room there is is not known.
func ringMany(say func() string, n int, d time.Duration) string {
	said := slots(2 * n)
	go func() { said <- say() }()
	select {
	case s := <-said:
		return s
	case <-time.After(d):
		return ""
	}
}

var _, _, _ = ringOnce, ringRoomy, ringMany
