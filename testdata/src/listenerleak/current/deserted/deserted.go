// Package deserted receives from channels for a while, and leaves.
package deserted

import (
	"context"

	"example.com/listeners/bus"
)

// A Feed gives a subscription back that tells when it has ended.
type Feed struct{ subs map[chan<- string]*Sub }

type Sub struct {
	feed *Feed
	out  chan<- string
	err  chan error
}

func NewFeed() *Feed { return &Feed{subs: make(map[chan<- string]*Sub)} }

func (f *Feed) Subscribe(out chan<- string) *Sub {
	s := &Sub{feed: f, out: out, err: make(chan error)}
	f.subs[out] = s
	return s
}

func (s *Sub) Unsubscribe() {
	delete(s.feed.subs, s.out)
	close(s.err)
}

func (s *Sub) Err() <-chan error { return s.err }

func (f *Feed) Send(text string) {
	for out := range f.subs {
		out <- text
	}
}

// A Hub is told what to forget.
type Hub struct{ subs map[chan string]bool }

func (h *Hub) Subscribe(c chan string)   { h.subs[c] = true }
func (h *Hub) Unsubscribe(c chan string) { delete(h.subs, c) }

type API struct {
	feed *Feed
	hub  *Hub
}

func NewAPI(feed *Feed, hub *Hub) *API { return &API{feed, hub} }

// Leaks: the first text is enough. That another kind of subscription ends elsewhere is
// none of its business.
func (a *API) First(ctx context.Context) string {
	ch := make(chan string)
	a.hub.Subscribe(ch) // want `listener added by Subscribe is never removed by Unsubscribe.*listenerleak/never-removed`
	select {
	case text := <-ch:
		return text
	case <-ctx.Done():
		return ""
	}
}

// Leaks: the same, of a feed that gives a subscription.
func (a *API) Next(ctx context.Context) string {
	ch := make(chan string)
	a.feed.Subscribe(ch) // want `result of Subscribe is dropped.*listenerleak/handle-discarded`
	select {
	case text := <-ch:
		return text
	case <-ctx.Done():
		return ""
	}
}

// Leaks: the goroutine that receives ends with the context.
func (a *API) Copy(ctx context.Context, out func(string)) {
	ch := make(chan string)
	_ = a.feed.Subscribe(ch) // want `listenerleak/handle-discarded`
	go func() {
		for {
			select {
			case text := <-ch:
				out(text)
			case <-ctx.Done():
				return
			}
		}
	}()
}

// Leaks: it looks at the subscription, too.
func (a *API) Relay(ctx context.Context, out func(string)) {
	go func() {
		ch := make(chan string)
		sub := a.feed.Subscribe(ch) // want `listenerleak/handle-discarded`
		for {
			select {
			case text := <-ch:
				out(text)
			case <-sub.Err():
				return
			case <-ctx.Done():
				return
			}
		}
	}()
}

// Leaks: one of the two is forgotten.
func (a *API) Both(ctx context.Context, out func(string)) {
	loud, quiet := make(chan string), make(chan string)
	sub := a.feed.Subscribe(loud)
	defer sub.Unsubscribe()
	a.feed.Subscribe(quiet) // want `listenerleak/handle-discarded`
	for {
		select {
		case text := <-loud:
			out(text)
		case text := <-quiet:
			out(text)
		case <-ctx.Done():
			return
		}
	}
}

// Latent: it goes on until the subscription ends.
func (a *API) Follow(out func(string)) {
	ch := make(chan string)
	sub := a.feed.Subscribe(ch) // want `listenerleak/handle-discarded, latent`
	go func() {
		for {
			select {
			case text := <-ch:
				out(text)
			case <-sub.Err():
				return
			}
		}
	}()
}

// Latent: it goes on until the channel is closed.
func (a *API) Range(out func(string)) {
	ch := make(chan string)
	a.feed.Subscribe(ch) // want `listenerleak/handle-discarded, latent`
	go func() {
		for text := range ch {
			out(text)
		}
	}()
}

// Fine: the hub goes, too.
func Local(ctx context.Context) string {
	h := &Hub{subs: make(map[chan string]bool)}
	ch := make(chan string)
	h.Subscribe(ch)
	select {
	case text := <-ch:
		return text
	case <-ctx.Done():
		return ""
	}
}

// Fine: somebody else has the channel.
func (a *API) Lend(ctx context.Context, to *bus.Feed) {
	ch := make(chan string)
	a.hub.Subscribe(ch) // want `listenerleak/never-removed, latent`
	to.Attach(ch)       // want `listenerleak/handle-discarded, latent`
	select {
	case <-ch:
	case <-ctx.Done():
	}
}

// A Station has a feed of its own, which stays when a guest leaves.
type Station struct {
	feed *Feed
	quit chan bool
}

func NewStation() *Station { return &Station{feed: NewFeed(), quit: make(chan bool)} }

func (s *Station) Stop() { close(s.quit) }

// A Guest has gone when its channel tells so.
type Guest struct{ gone chan bool }

func (g *Guest) Gone() <-chan bool { return g.gone }

// A Desk makes guests.
type Desk struct{ guest *Guest }

func (d *Desk) Admit() *Guest {
	d.guest = &Guest{gone: make(chan bool)}
	return d.guest
}

func deskOf(ctx context.Context) (*Desk, bool) {
	d, ok := ctx.Value(0).(*Desk)
	return d, ok
}

// Leaks: the guest goes, and the station stays.
func (s *Station) Entertain(ctx context.Context, out func(string)) *Guest {
	desk, ok := deskOf(ctx)
	if !ok {
		return nil
	}
	guest := desk.Admit()
	ch := make(chan string)
	sub := s.feed.Subscribe(ch) // want `listenerleak/handle-discarded`
	go func() {
		for {
			select {
			case text := <-ch:
				out(text)
			case <-sub.Err():
				return
			case <-guest.Gone():
				return
			}
		}
	}()
	return guest
}

// Fine: the station itself ends.
func (s *Station) Record(out func(string)) {
	ch := make(chan string)
	sub := s.feed.Subscribe(ch)
	go func() {
		for {
			select {
			case text := <-ch:
				out(text)
			case <-sub.Err():
				return
			case <-s.quit:
				return
			}
		}
	}()
}

// A Board keeps a ticket for whoever asks for texts.
type Board struct{ tickets map[*Ticket]bool }

type Ticket struct {
	board *Board
	topic string
	texts chan string
}

func (b *Board) Subscribe(topic string) *Ticket {
	t := &Ticket{b, topic, make(chan string, 1)}
	b.tickets[t] = true
	return t
}

func (t *Ticket) Unsubscribe() { delete(t.board.tickets, t) }
func (t *Ticket) Next() string { return <-t.texts }

// Leaks: the ticket is gone, and the board has it.
func Headline(b *Board) string {
	t := b.Subscribe("news") // want `listenerleak/handle-discarded`
	return t.Next()
}

// Fine: it is given back.
func Weather(b *Board) string {
	t := b.Subscribe("weather")
	defer t.Unsubscribe()
	return t.Next()
}

// Fine: the caller gets it.
func Sports(b *Board) *Ticket {
	t := b.Subscribe("sports")
	t.Next()
	return t
}

// Latent: it reads for as long as there is something.
func Read(b *Board, out func(string)) {
	t := b.Subscribe("all") // want `listenerleak/handle-discarded, latent`
	for {
		text := t.Next()
		if text == "" {
			return
		}
		out(text)
	}
}

// A Queue gives a channel that is closed when the work is done, which it does not keep.
type Queue struct {
	jobs []func()
	in   chan func()
}

func (q *Queue) Block(job func()) chan bool {
	done := make(chan bool)
	q.jobs = append(q.jobs, job)
	close(done)
	return done
}

// Prune goes on until it is told to stop.
func (q *Queue) Prune(stop <-chan bool) {
	for {
		select {
		case <-stop:
			return
		default:
			q.jobs = nil
		}
	}
}

// Fine: nobody has to wait.
func Work(q *Queue, job func()) { q.Block(job) }

// A Server has the board, and its clients use it.
type Server struct{ board *Board }

func NewServer() *Server {
	return &Server{board: &Board{tickets: make(map[*Ticket]bool)}}
}

type Client struct{ server *Server }

func (s *Server) Accept() *Client { return &Client{server: s} }

// Leaks: the board goes with the server, not with the client.
func (c *Client) Latest() string {
	t := c.server.board.Subscribe("latest") // want `listenerleak/handle-discarded`
	return t.Next()
}
