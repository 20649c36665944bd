// Package results subscribes to what makes the channel itself.
package results

import "sync"

// A Broker gives an id and a channel back.
type Broker struct {
	mu   sync.Mutex
	next int
	subs map[int]chan string
}

func (b *Broker) Subscribe() (id int, ch <-chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	c := make(chan string, 8)
	b.subs[b.next] = c
	return b.next, c
}

func (b *Broker) Unsubscribe(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.subs[id])
	delete(b.subs, id)
}

// A Clock is told of by the channel alone.
type Clock struct {
	mu   sync.Mutex
	subs map[<-chan int]chan int
}

func (c *Clock) Watch() <-chan int {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan int, 1)
	c.subs[ch] = ch
	return ch
}

func (c *Clock) Unwatch(ch <-chan int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.subs, ch)
}

// Leaks: without the id nothing undoes it.
func Tail(b *Broker) <-chan string {
	_, ch := b.Subscribe() // want `result of Subscribe is dropped, and with it the means to undo it; held by b \(listenerleak/handle-discarded, latent\)`
	return ch
}

// Leaks: the return in the loop forgets it.
func Find(b *Broker, want string) int {
	id, ch := b.Subscribe() // want `listener added by Subscribe is not removed on every path.*listenerleak/not-removed-on-path`
	n := 0
	for s := range ch {
		if s == want {
			return n
		}
		if s == "" {
			break
		}
		n++
	}
	b.Unsubscribe(id)
	return -1
}

// Latent: the goroutine that owns it returns when done is closed.
func Pipe(c *Clock, done <-chan struct{}, put func(int)) {
	ch := c.Watch() // want `result of Watch is not used to undo it.*listenerleak/handle-discarded, latent`
	go func() {
		for {
			select {
			case n := <-ch:
				put(n)
			case <-done:
				return
			}
		}
	}()
}

// Fine: deferred.
func Deferred(b *Broker, c *Clock) (string, int) {
	id, ch := b.Subscribe()
	defer b.Unsubscribe(id)
	ticks := c.Watch()
	defer c.Unwatch(ticks)
	return <-ch, <-ticks
}

// Fine: it lasts until the broker closes the channel.
func Print(b *Broker) {
	_, ch := b.Subscribe()
	for s := range ch {
		println(s)
	}
}

// Fine: the same, with a look at the channel.
func Drain(b *Broker, put func(string)) {
	_, ch := b.Subscribe()
	go func() {
		for {
			s, ok := <-ch
			if !ok {
				return
			}
			put(s)
		}
	}()
}

// Fine: the channel alone, ranged over.
func Count(c *Clock) (n int) {
	for range c.Watch() {
		n++
	}
	return n
}

// Fine: the caller gets both.
func Open(b *Broker) (int, <-chan string) { return b.Subscribe() }

// Fine: a box keeps nothing.
type Box struct{ v int }

func (b *Box) Subscribe() <-chan int {
	ch := make(chan int, 1)
	ch <- b.v
	return ch
}

func (b *Box) Unsubscribe(ch <-chan int) {}

func Look(b *Box) int { return <-b.Subscribe() }
