package receives

import "sync"

// A Board closes the channel of who leaves, if it has that.
type Board struct {
	mu   sync.Mutex
	subs map[chan string]struct{}
}

func (b *Board) Join() chan string {
	ch := make(chan string, 4)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs[ch] = struct{}{}
	return ch
}

func (b *Board) Leave(ch chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.subs[ch]; ok {
		delete(b.subs, ch)
		close(ch)
	}
}

// Drop takes the channel off and leaves it open.
func (b *Board) Drop(ch chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, ch)
}

func (b *Board) Tell(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs {
		select {
		case ch <- s:
		default:
		}
	}
}

// Visit is fine: the goroutine ends when its channel is closed.
func (b *Board) Visit(see func(string), stay func()) {
	news := b.Join()
	defer b.Leave(news)
	go func() {
		for s := range news {
			see(s)
		}
	}()
	stay()
}

// Pass leaks: nobody closes the channel.
func (b *Board) Pass(see func(string), stay func()) {
	news := b.Join()
	defer b.Drop(news)
	go func() { // want `goroutine waits for ever to receive from news, which nobody closes`
		for s := range news {
			see(s)
		}
	}()
	stay()
}

func serveBoard(b *Board, see func(string), requests <-chan func()) {
	for stay := range requests {
		b.Visit(see, stay)
		b.Pass(see, stay)
	}
}

var _ = serveBoard
