// Package waits has tables of what functions wait for.
package waits

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

var errLate = errors.New("late")

// A Client sends requests and waits for the replies, which a goroutine reads.
type Client struct {
	mu      sync.Mutex
	next    uint64
	pending map[uint64]chan string
	calls   map[uint64]*call
	right   map[uint64]chan string
	defers  map[uint64]*call
	swept   map[uint64]chan string
	owned   map[uint64]chan string
	later   map[uint64]chan string
	ctx     context.Context
}

type call struct {
	reply chan string
	at    time.Time
}

func (c *Client) send(id uint64, text string) error {
	if text == "" {
		return errLate
	}
	return nil
}

// Ask gives up when the caller does.
func (c *Client) Ask(ctx context.Context, text string) (string, error) {
	ch := make(chan string, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.pending[id] = ch // want `entry stays where the function fails that has put it in`
	c.mu.Unlock()
	if err := c.send(id, text); err != nil {
		c.mu.Lock()
		delete(c.pending, id)
		c.mu.Unlock()
		return "", err
	}
	select {
	case s := <-ch:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Call has the channel in an entry, and gives up when it cannot send.
func (c *Client) Call(text string) (string, error) {
	entry := &call{reply: make(chan string, 1), at: time.Now()}
	c.mu.Lock()
	c.next++
	id := c.next
	c.calls[id] = entry // want `entry stays where the function fails that has put it in`
	c.mu.Unlock()
	if err := c.send(id, text); err != nil {
		return "", err
	}
	return <-entry.reply, nil
}

// Right takes it out on every way.
func (c *Client) Right(ctx context.Context, text string) (string, error) {
	ch := make(chan string, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.right[id] = ch
	c.mu.Unlock()
	if err := c.send(id, text); err != nil {
		c.forget(id)
		return "", err
	}
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case s := <-ch:
		return s, nil
	case <-t.C:
		c.forget(id)
		return "", errLate
	case <-ctx.Done():
		c.forget(id)
		return "", ctx.Err()
	}
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.right, id)
}

// Defers takes it out when it returns.
func (c *Client) Defers(ctx context.Context, text string) (string, error) {
	entry := &call{reply: make(chan string, 1)}
	c.mu.Lock()
	c.next++
	id := c.next
	c.defers[id] = entry
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.defers, id)
		c.mu.Unlock()
	}()
	select {
	case s := <-entry.reply:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Swept leaves it to a goroutine that goes over all entries.
func (c *Client) Swept(ctx context.Context) (string, error) {
	ch := make(chan string, 1)
	c.mu.Lock()
	c.next++
	c.swept[c.next] = ch
	c.mu.Unlock()
	select {
	case s := <-ch:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (c *Client) sweep() {
	for {
		time.Sleep(time.Second)
		c.mu.Lock()
		for id, ch := range c.swept {
			if cap(ch) == len(ch) {
				delete(c.swept, id)
			}
		}
		c.mu.Unlock()
	}
}

// Owned gives up when the client ends.
func (c *Client) Owned() (string, error) {
	ch := make(chan string, 1)
	c.mu.Lock()
	c.next++
	c.owned[c.next] = ch
	c.mu.Unlock()
	select {
	case s := <-ch:
		return s, nil
	case <-c.ctx.Done():
		return "", c.ctx.Err()
	}
}

// Later gives the channel to who waits.
func (c *Client) Later(ctx context.Context, text string) (<-chan string, error) {
	ch := make(chan string, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.later[id] = ch
	c.mu.Unlock()
	if err := c.send(id, text); err != nil {
		return ch, err
	}
	return ch, nil
}

// read gives the replies to those who wait for them.
func (c *Client) read(replies <-chan uint64) {
	for id := range replies {
		c.mu.Lock()
		for _, m := range []map[uint64]chan string{c.pending} {
			_ = m
		}
		if ch, ok := c.pending[id]; ok {
			delete(c.pending, id)
			ch <- "reply"
		}
		if e, ok := c.calls[id]; ok {
			delete(c.calls, id)
			e.reply <- "reply"
		}
		if ch, ok := c.right[id]; ok {
			delete(c.right, id)
			ch <- "reply"
		}
		if e, ok := c.defers[id]; ok {
			e.reply <- "reply"
		}
		if ch, ok := c.owned[id]; ok {
			delete(c.owned, id)
			ch <- "reply"
		}
		if ch, ok := c.later[id]; ok {
			delete(c.later, id)
			ch <- "reply"
		}
		c.mu.Unlock()
	}
}

// New returns a client that reads.
func New(ctx context.Context, replies <-chan uint64) *Client {
	c := &Client{
		ctx:     ctx,
		pending: make(map[uint64]chan string),
		calls:   make(map[uint64]*call),
		right:   make(map[uint64]chan string),
		defers:  make(map[uint64]*call),
		swept:   make(map[uint64]chan string),
		owned:   make(map[uint64]chan string),
		later:   make(map[uint64]chan string),
	}
	go c.read(replies)
	go c.sweep()
	return c
}

// A link is one of many things that ask.
type link struct {
	waits map[string]chan bool
}

func (l *link) ask(name string) bool {
	ch := make(chan bool, 1)
	l.waits[name] = ch // want `entry stays where the function fails that has put it in`
	select {
	case yes := <-ch:
		return yes
	case <-time.After(time.Second):
		return false
	}
}

func (l *link) tell(name string) {
	if ch, ok := l.waits[name]; ok {
		delete(l.waits, name)
		ch <- true
	}
}

// All asks for what is given.
func All(names, told []string) (yes bool) {
	l := &link{waits: make(map[string]chan bool)}
	go func() {
		for _, name := range told {
			l.tell(name)
		}
	}()
	for _, name := range names {
		yes = l.ask(name)
	}
	return yes
}

// A Station has one line for each track, which all who ask share: what somebody gives up to wait
// for is in the question, and the line stays for the others until it has ended.
type Station struct {
	mu    sync.Mutex
	lines map[string]*line
}

type line struct {
	asked chan question
	done  chan struct{}
}

type question struct{ answer chan int }

func (s *Station) line(track string) *line {
	l := &line{make(chan question), make(chan struct{})}
	go func() {
		defer s.end(track, l)
		for q := range l.asked {
			q.answer <- len(track)
		}
	}()
	return l
}

func (s *Station) end(track string, l *line) {
	close(l.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, track)
}

// Ask is fine.
func (s *Station) Ask(ctx context.Context, track string) int {
	q := question{make(chan int, 1)}
	s.mu.Lock()
	l := s.lines[track]
	if l == nil {
		l = s.line(track)
		s.lines[track] = l
	}
	s.mu.Unlock()
	select {
	case l.asked <- q:
	case <-l.done:
		return 0
	case <-ctx.Done():
		return 0
	}
	select {
	case n := <-q.answer:
		return n
	case <-ctx.Done():
		return 0
	}
}

// A Ferry takes one at a time; the others wait in a map for their turn.
type Ferry struct {
	mu    sync.Mutex
	next  int
	taken bool
	queue map[int]chan struct{}
	tidy  map[int]chan struct{}
}

// Board leaks who gives up: he is not the first, who finds that it is not taken.
func (f *Ferry) Board(ctx context.Context) error {
	f.mu.Lock()
	if !f.taken {
		f.taken = true
		f.mu.Unlock()
		return nil
	}
	f.next++
	n := f.next
	turn := make(chan struct{}, 1)
	f.queue[n] = turn // want `entry stays where the function fails that has put it in`
	f.mu.Unlock()
	select {
	case <-turn:
		f.mu.Lock()
		delete(f.queue, n)
		f.mu.Unlock()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// BoardTidily is fine: who gives up leaves the queue.
func (f *Ferry) BoardTidily(ctx context.Context) error {
	f.mu.Lock()
	if !f.taken {
		f.taken = true
		f.mu.Unlock()
		return nil
	}
	f.next++
	n := f.next
	turn := make(chan struct{}, 1)
	f.tidy[n] = turn
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.tidy, n)
		f.mu.Unlock()
	}()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Land lets the next one on board.
func (f *Ferry) Land() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken = false
	for _, turns := range []map[int]chan struct{}{f.queue, f.tidy} {
		for _, turn := range turns {
			select {
			case turn <- struct{}{}:
				return
			default:
			}
		}
	}
}

// A names keeps texts under names that have to make sense together.
type names struct{ texts map[string]string }

// set leaves nothing where it fails: it puts back what was there.
func (n *names) set(name, text string) error {
	old, ok := n.texts[name]
	n.texts[name] = text // want `entry is taken out only where the rest failed`
	if err := n.check(name); err != nil {
		if ok {
			n.texts[name] = old
		} else {
			delete(n.texts, name)
		}
		return err
	}
	return nil
}

func (n *names) check(name string) error {
	for range n.texts {
		if name = n.texts[name]; name == "" {
			return nil
		}
	}
	return errors.New("goes round")
}

func (n *names) Serve(from net.Conn) {
	for s := bufio.NewScanner(from); s.Scan(); {
		if err := n.set(s.Text(), from.RemoteAddr().String()); err != nil {
			return
		}
	}
}

// An Index has entries under names, and some under numbers as well.
type Index struct {
	names   map[string]*item
	numbers map[string]*item
	titles  map[string]*item
}

type item struct{ name, number, title string }

// Add takes out again what it has put in, by the same question; of titles it asks another one.
func (x *Index) Add(it *item, check func(*item) error) error {
	x.names[it.name] = it // want `entry is taken out only where the rest failed`
	if it.number != "" {
		x.numbers[it.number] = it // want `entry is taken out only where the rest failed`
	}
	if it.title != "" {
		x.titles[it.title] = it // want `entry stays where the function fails that has put it in`
	}
	if err := check(it); err != nil {
		delete(x.names, it.name)
		if it.number != "" {
			delete(x.numbers, it.number)
		}
		if it.name != "" {
			delete(x.titles, it.title)
		}
		return err
	}
	return nil
}
