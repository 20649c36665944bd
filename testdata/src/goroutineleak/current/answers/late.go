package answers

import (
	"context"
	"sync"
	"time"
)

type notice struct{ n int }

// A desk keeps the channels of those who wait, by number.
type desk struct {
	mu      sync.Mutex
	waiting map[int]chan notice
	roomy   map[int]chan notice
	careful map[int]chan notice
	drained map[int]chan notice
	ended   map[int]chan notice
	done    chan struct{}
}

// Ask does not wait for ever, and who answers later does.
func (d *desk) Ask(ctx context.Context, id int) (notice, error) {
	ch := make(chan notice) // want `who sends on the channel may wait for ever: the one who receives does not wait for that \(goroutineleak/blocked-send\)`
	d.mu.Lock()
	d.waiting[id] = ch
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.waiting, id)
		d.mu.Unlock()
	}()
	select {
	case w := <-ch:
		return w, nil
	case <-ctx.Done():
		return notice{}, ctx.Err()
	}
}

func (d *desk) answers(id int) {
	d.mu.Lock()
	ch, ok := d.waiting[id]
	d.mu.Unlock()
	if ok {
		ch <- notice{1}
	}
}

// AskRoomy is fine: the answer has room.
func (d *desk) AskRoomy(ctx context.Context, id int) (notice, error) {
	ch := make(chan notice, 1)
	d.mu.Lock()
	d.roomy[id] = ch
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.roomy, id)
		d.mu.Unlock()
	}()
	select {
	case w := <-ch:
		return w, nil
	case <-ctx.Done():
		return notice{}, ctx.Err()
	}
}

func (d *desk) answersRoomy(id int) {
	d.mu.Lock()
	ch, ok := d.roomy[id]
	d.mu.Unlock()
	if ok {
		ch <- notice{1}
	}
}

// AskCareful is fine: who answers does not wait.
func (d *desk) AskCareful(ctx context.Context, id int) (notice, error) {
	ch := make(chan notice)
	d.mu.Lock()
	d.careful[id] = ch
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.careful, id)
		d.mu.Unlock()
	}()
	select {
	case w := <-ch:
		return w, nil
	case <-ctx.Done():
		return notice{}, ctx.Err()
	}
}

func (d *desk) answersCareful(id int) {
	d.mu.Lock()
	ch, ok := d.careful[id]
	d.mu.Unlock()
	if ok {
		select {
		case ch <- notice{1}:
		default:
		}
	}
}

// AskDrained is fine: it takes what comes later.
func (d *desk) AskDrained(ctx context.Context, id int) (notice, error) {
	ch := make(chan notice)
	d.mu.Lock()
	d.drained[id] = ch
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.drained, id)
		d.mu.Unlock()
	}()
	select {
	case w := <-ch:
		return w, nil
	case <-ctx.Done():
		go func() { <-ch }()
		return notice{}, ctx.Err()
	}
}

func (d *desk) answersDrained(id int) {
	d.mu.Lock()
	ch, ok := d.drained[id]
	d.mu.Unlock()
	if ok {
		ch <- notice{1}
	}
}

// AskEnded is fine: it leaves when nobody answers any more.
func (d *desk) AskEnded(id int) (notice, bool) {
	ch := make(chan notice)
	d.mu.Lock()
	d.ended[id] = ch
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.ended, id)
		d.mu.Unlock()
	}()
	select {
	case w := <-ch:
		return w, true
	case <-d.done:
		return notice{}, false
	}
}

func (d *desk) answersEnded(ids chan int) {
	defer close(d.done)
	for id := range ids {
		d.mu.Lock()
		ch, ok := d.ended[id]
		d.mu.Unlock()
		if ok {
			ch <- notice{1}
		}
	}
}

// A inquiry has the channel for its answer.
type inquiry struct {
	text  string
	reply chan notice
}

// A clerk is asked over a channel.
type clerk struct{ queries chan inquiry }

// Ask waits for a second.
func (c *clerk) Ask(text string) (notice, bool) {
	q := inquiry{text, make(chan notice)} // want `who sends on the channel may wait for ever: the one who receives does not wait for that \(goroutineleak/blocked-send\)`
	c.queries <- q
	select {
	case w := <-q.reply:
		return w, true
	case <-time.After(time.Second):
		return notice{}, false
	}
}

func (c *clerk) run() {
	for q := range c.queries {
		q.reply <- notice{len(q.text)}
	}
}
