package bare

// Who closes a Feed takes what it still has, to the last.
type Feed struct {
	items chan int
	done  chan struct{}
}

func NewFeed(read func() (int, error)) *Feed {
	items, done := make(chan int), make(chan struct{})
	go fill(read, items, done)
	return &Feed{items: items, done: done}
}

func fill(read func() (int, error), items chan<- int, done <-chan struct{}) {
	defer func() {
		items <- -1
		close(items)
	}()
	for {
		n, err := read()
		if err != nil {
			return
		}
		select {
		case items <- n:
		case <-done:
			return
		}
	}
}

func (f *Feed) Next() (int, bool) {
	n, ok := <-f.items
	return n, ok
}

func (f *Feed) Close() (last int) {
	close(f.done)
	for n := range f.items {
		last = n
	}
	return last
}

// Who closes a Spring does not, though others do.
type Spring struct {
	drops chan int
	done  chan struct{}
}

func NewSpring(read func() (int, error)) *Spring {
	drops, done := make(chan int), make(chan struct{})
	go drip(read, drops, done)
	return &Spring{drops: drops, done: done}
}

func drip(read func() (int, error), drops chan<- int, done <-chan struct{}) {
	defer func() {
		drops <- -1 // want `send on drops does not look at what ends the goroutine \(goroutineleak/bare-send\)`
		close(drops)
	}()
	for {
		n, err := read()
		if err != nil {
			return
		}
		select {
		case drops <- n:
		case <-done:
			return
		}
	}
}

func (s *Spring) Next() (int, bool) {
	n, ok := <-s.drops
	return n, ok
}

func (s *Spring) Rest() (last int) {
	for n := range s.drops {
		last = n
	}
	return last
}

func (s *Spring) Close() { close(s.done) }

// The sum takes all that is poured, and the search leaves when it has found something.
func sum(read func() (int, error), done <-chan struct{}) (all int) {
	cups := make(chan int)
	go pour(read, cups, done)
	for n := range cups {
		all += n
	}
	return all
}

func pour(read func() (int, error), cups chan<- int, done <-chan struct{}) {
	defer close(cups)
	for {
		n, err := read()
		if err != nil {
			cups <- -1
			return
		}
		select {
		case cups <- n:
		case <-done:
			return
		}
	}
}

func search(read func() (int, error), done <-chan struct{}) bool {
	cups := make(chan int)
	go spill(read, cups, done)
	for n := range cups {
		if n == 7 {
			return true
		}
	}
	return false
}

func spill(read func() (int, error), cups chan<- int, done <-chan struct{}) {
	defer close(cups)
	for {
		n, err := read()
		if err != nil {
			cups <- -1 // want `send on cups does not look at what ends the goroutine \(goroutineleak/bare-send\)`
			return
		}
		select {
		case cups <- n:
		case <-done:
			return
		}
	}
}

var _ = []any{sum, search}
