// Package answers has loops that answer requests.
package answers

import "context"

type query struct {
	name  string
	reply chan int
}

type drop struct{ name string }

// A Table answers what it knows of, or what is allowed.
type Table struct {
	queries chan query
	drops   chan drop
	allowed func(string) bool
}

func NewTable(ctx context.Context, allowed func(string) bool) *Table {
	t := &Table{make(chan query), make(chan drop), allowed}
	go t.run(ctx)
	return t
}

func (t *Table) run(ctx context.Context) {
	known := make(map[string]int)
	for {
		select {
		case q := <-t.queries: // want `request is not answered on every path \(goroutineleak/blocked-receive\)`
			name := q.name
			n, ok := known[name]
			if ok {
				q.reply <- n
				continue
			}
			if t.allowed(name) {
				known[name] = len(known)
				q.reply <- len(known)
			}
		case d := <-t.drops:
			delete(known, d.name)
			go func() { t.allowed(d.name) }()
		case <-ctx.Done():
			return
		}
	}
}

func (t *Table) Ask(ctx context.Context, name string) int {
	reply := make(chan int, 1)
	select {
	case t.queries <- query{name, reply}:
	case <-ctx.Done():
		return -1
	}
	select {
	case n := <-reply:
		return n
	case <-ctx.Done():
		return -1
	}
}

type order struct {
	kind  int
	reply chan int
	ready chan bool
}

// A Clerk is fine: the kind of an order says who waits.
type Clerk struct{ orders chan *order }

func NewClerk(ctx context.Context, do func(int) int) *Clerk {
	c := &Clerk{make(chan *order)}
	go func() {
		for {
			select {
			case o := <-c.orders:
				switch o.kind {
				case 1:
					o.reply <- do(1)
				case 2:
					do(2)
				}
				if o.ready != nil {
					o.ready <- true
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

func (c *Clerk) Ask() int {
	reply := make(chan int)
	c.orders <- &order{kind: 1, reply: reply}
	return <-reply
}

func (c *Clerk) Tell() { c.orders <- &order{kind: 2} }

func (c *Clerk) TellAndWait() {
	ready := make(chan bool)
	c.orders <- &order{kind: 2, ready: ready}
	<-ready
}

type call struct {
	n     int
	reply chan int
}

// A Switch is fine: it keeps the call, to answer it later.
type Switch struct{ calls chan *call }

func NewSwitch(ctx context.Context, busy func(int) bool) *Switch {
	s := &Switch{make(chan *call)}
	go func() {
		later := make(map[int]*call)
		for {
			select {
			case c := <-s.calls:
				if busy(c.n) {
					later[c.n] = c
				} else {
					c.reply <- c.n
				}
				if held := later[c.n+1]; held != nil {
					held.reply <- c.n
					delete(later, c.n+1)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return s
}

func (s *Switch) Ask(n int) int {
	c := &call{n, make(chan int)}
	s.calls <- c
	return <-c.reply
}

// A Safe answers at once, or when it has opened.
type Safe struct {
	queries chan query
	open    func() bool
}

func (s *Safe) run() {
	for q := range s.queries {
		opened := false
		for tries := 0; ; tries++ {
			if tries == 3 {
				q.reply <- -1
				break
			}
			if s.open() {
				opened = true
				break
			}
		}
		if opened {
			q.reply <- len(q.name)
		}
	}
}

func NewSafe(open func() bool) *Safe {
	s := &Safe{make(chan query), open}
	go s.run()
	return s
}

func (s *Safe) Ask(name string) int {
	reply := make(chan int, 1)
	s.queries <- query{name, reply}
	return <-reply
}

func (s *Safe) Close() { close(s.queries) }
