package handle

// feed tells channels of numbers.
type feed interface {
	Subscribe(ch chan<- int) subscription
}

type subscription interface{ Unsubscribe() }

type oracle struct{ from feed }

// Each oracle leaves a goroutine and its channel behind: without the handle
// nothing can end them.
func newOracle(f feed, reset func()) *oracle {
	heads := make(chan int, 1)
	f.Subscribe(heads) // want `result of Subscribe is dropped, and with it the means to undo it; held by f \(listenerleak/handle-discarded\)`
	go func() {
		for range heads {
			reset()
		}
	}()
	return &oracle{f}
}

// Latent: a constructor whose listener lives as long as the feed.
func NewCounter(f feed) chan int {
	counts := make(chan int, 1)
	f.Subscribe(counts) // want `listenerleak/handle-discarded, latent`
	return counts
}
