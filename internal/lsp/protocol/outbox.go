package protocol

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// An Outbox writes messages in the order in which they are sent. Who sends does
// not wait: two programs that write to each other and read only when that is
// done would wait for ever.
type Outbox struct {
	mu     sync.Mutex
	queue  []json.RawMessage
	closed bool
	more   chan struct{} // something is in queue, or closed
	done   chan struct{} // all is written, or cannot be
}

// NewOutbox returns an outbox for messages to w.
func NewOutbox(w io.Writer) *Outbox {
	o := &Outbox{more: make(chan struct{}, 1), done: make(chan struct{})}
	go o.write(w)
	return o
}

// Send sends the body of a message, which must not be changed any more. After
// Close it does nothing.
func (o *Outbox) Send(body json.RawMessage) {
	o.mu.Lock()
	if !o.closed {
		o.queue = append(o.queue, body)
	}
	o.mu.Unlock()
	o.wake()
}

// Close waits until all is written, but not for ever: nobody may read any more.
func (o *Outbox) Close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.wake()
	select {
	case <-o.done:
	case <-time.After(time.Second):
	}
}

func (o *Outbox) wake() {
	select {
	case o.more <- struct{}{}:
	default:
	}
}

func (o *Outbox) write(w io.Writer) {
	defer close(o.done)
	buffered := bufio.NewWriter(w)
	for range o.more {
		o.mu.Lock()
		queue, closed := o.queue, o.closed
		o.queue = nil
		o.mu.Unlock()
		for _, body := range queue {
			if err := (Codec{}).WriteObject(buffered, body); err != nil {
				return // who reads is gone, and that is told elsewhere
			}
		}
		if buffered.Flush() != nil || closed {
			return
		}
	}
}
