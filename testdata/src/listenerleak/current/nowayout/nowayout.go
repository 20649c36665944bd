// Package nowayout has types that keep listeners and give no way to take them
// out.
package nowayout

import (
	"net/http"
	"sync"

	"example.com/listeners/bus"
)

// Leaks: one more callback per session, and no method takes any out.
type Hub struct {
	mu        sync.Mutex
	callbacks []func(string)
}

func (h *Hub) OnMessage(f func(string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.callbacks = append(h.callbacks, f)
}

func (h *Hub) Send(s string) {
	for _, f := range h.callbacks {
		f(s)
	}
}

type Session struct{ last string }

func (h *Hub) Login(name string) *Session { return &Session{name} }

func Attend(h *Hub, s *Session) {
	h.OnMessage(func(m string) { s.last = m }) // want `listener added by OnMessage can never be removed; held by h -> callbacks \(listenerleak/no-way-out, latent\)`
}

// Leaks: channels in a map, by the name of a room and then by user.
type rooms struct {
	sync.Mutex
	watchers map[string]map[int]chan string
}

var all = &rooms{watchers: make(map[string]map[int]chan string)}

func (r *rooms) watch(room string, user int, ch chan string) {
	r.Lock()
	defer r.Unlock()
	if r.watchers[room] == nil {
		r.watchers[room] = make(map[int]chan string)
	}
	r.watchers[room][user] = ch
}

func Enter(room string, user int) <-chan string {
	ch := make(chan string, 8)
	all.watch(room, user, ch) // want `listenerleak/no-way-out, latent`
	return ch
}

// Fine: a method takes them out.
type Bell struct {
	mu    sync.Mutex
	rings map[int]func()
}

func (b *Bell) OnRing(id int, f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rings[id] = f
}

func (b *Bell) Forget(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rings, id)
}

func Visit(b *Bell, id int, f func()) { b.OnRing(id, f) }

// Fine: all are told once and then dropped.
type Latch struct {
	mu      sync.Mutex
	waiters []chan struct{}
}

func (l *Latch) Notify(ch chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiters = append(l.waiters, ch)
}

func (l *Latch) Open() {
	l.mu.Lock()
	waiters := l.waiters
	l.waiters = nil
	l.mu.Unlock()
	for _, ch := range waiters {
		close(ch)
	}
}

func WaitFor(l *Latch) {
	ch := make(chan struct{})
	l.Notify(ch)
	<-ch
}

// Fine: plug-ins are registered by init only.
var plugins Hub

func init() {
	plugins.OnMessage(func(string) {})
	plugins.OnMessage(func(s string) { println(s) })
}

// Fine: the hub is the function's own.
func Count(msgs []string) (n int) {
	var h Hub
	h.OnMessage(func(string) { n++ })
	for _, m := range msgs {
		h.Send(m)
	}
	return n
}

// Fine: a configuration is filled once, by whoever has it.
type Config struct{ subscribers map[string][]func() }

func (c *Config) subscribe(name string, f func()) {
	c.subscribers[name] = append(c.subscribers[name], f)
}

func Tally(c *Config, name string, n *int) { c.subscribe(name, func() { *n++ }) } // want `listenerleak/no-way-out, latent`

// Leaks: what has a lock is more than that.
type LiveConfig struct {
	mu          sync.Mutex
	subscribers []func()
}

func (c *LiveConfig) subscribe(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subscribers = append(c.subscribers, f)
}

func Follow(c *LiveConfig, n *int) {
	c.subscribe(func() { *n++ }) // want `listener added by subscribe can never be removed.*listenerleak/no-way-out, latent`
}

type board struct {
	mu      sync.Mutex
	readers map[chan string]bool
}

// Fine: what is sent to the listeners is no listener, here
func (b *board) post(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.readers {
		ch <- text
	}
}

// or in a select.
func (b *board) try(text string) {
	for ch := range b.readers {
		select {
		case ch <- text:
		default:
		}
	}
}

func Post(b *board, s *Session) {
	b.post(s.last)
	b.try(s.last)
}

// Fine: nothing is sent to these channels, the owner waits for them.
type crew struct {
	mu       sync.Mutex
	handlers []chan struct{}
}

func (c *crew) add(ch chan struct{}) {
	c.mu.Lock()
	c.handlers = append(c.handlers, ch)
	c.mu.Unlock()
}

func (c *crew) wait() {
	for _, ch := range c.handlers {
		<-ch
	}
}

func Hire(c *crew, work func()) {
	ch := make(chan struct{})
	c.add(ch)
	go func() {
		defer close(ch)
		work()
	}()
}

// Fine: what is called with a number adds no listener.
type Observer interface{ Observe(float64) }

type histograms struct {
	mu     sync.Mutex
	byCode map[string]Observer
	make   func(code string) Observer
}

func (h *histograms) observe(code string, v float64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.byCode[code]
	if o == nil {
		o = h.make(code)
		h.byCode[code] = o
	}
	o.Observe(v)
	return nil
}

func Served(h *histograms, code string, v float64) error { return h.observe(code, v) }

// Fine: an option registers once for each object that is made with it.
type Option func(*Hub)

func WithCallback(s *Session) Option {
	return func(h *Hub) {
		h.OnMessage(func(m string) { s.last = m }) // want `listenerleak/no-way-out, latent`
	}
}

// A Disk is asked by name for what it has; a Drive is told of each change.
type Disk interface{ Read(path string) []byte }
type Drive interface{ Changed(path string) }

type machine struct {
	disks  map[string]Disk
	drives map[string]Drive
}

var one = &machine{disks: make(map[string]Disk), drives: make(map[string]Drive)}

func (m *machine) addDisk(name string, d Disk)   { m.disks[name] = d }
func (m *machine) addDrive(name string, d Drive) { m.drives[name] = d }

func (m *machine) Read(name, path string) []byte {
	if d, ok := m.disks[name]; ok {
		return d.Read(path)
	}
	return nil
}

func (m *machine) Write(path string) {
	for _, d := range m.drives {
		d.Changed(path)
	}
}

type image struct{ n int }

func (i *image) Read(string) []byte { i.n++; return nil }
func (i *image) Changed(string)     { i.n++ }

// Fine: what is asked for by name does not listen.
func Insert(name string) {
	one.addDisk(name, new(image))
}

// Leaks: each call has one more told of all that is written.
func Plug(name string) {
	one.addDrive(name, new(image)) // want `listenerleak/no-way-out, latent`
}

// Leaks: each request pins one more, by a literal of the other package.
func PinUp(w http.ResponseWriter, r *http.Request) {
	bus.Notices.Pin([]func(){func() { w.WriteHeader(http.StatusOK) }}) // want `listenerleak/no-way-out`
}

// A shelf keeps callbacks until it is full; then the store has another one.
type shelf struct{ onFlush []func() }

func (s *shelf) later(f func()) { s.onFlush = append(s.onFlush, f) }

type Depot struct {
	top  *shelf
	rows int
}

func (d *Depot) Put(f func()) {
	if d.top == nil {
		d.top = new(shelf)
	}
	d.top.later(f)
	d.rows++
}

func (d *Depot) Flush() {
	for _, f := range d.top.onFlush {
		f()
	}
	d.top = nil
}

var depot Depot

// Fine: what keeps it goes.
func Store(w http.ResponseWriter, r *http.Request) {
	depot.Put(func() { w.WriteHeader(http.StatusOK) })
}

// Collect is told of more and more in a loop of its own: what it keeps goes with
// the Gatherer.
type Gatherer struct{ subs []func() }

func (g *Gatherer) Collect(in <-chan func()) {
	for f := range in {
		g.subs = append(g.subs, f)
	}
}

func (g *Gatherer) Tell() {
	for _, f := range g.subs {
		f()
	}
}

// Fine: what is a part of the object itself goes with it.
type hooks struct{ before []func() }

func (h *hooks) add(f func()) { h.before = append(h.before, f) }

type Command struct {
	hooks
	name string
}

func NewCommand(name string) *Command { return &Command{name: name} }

func (c *Command) Before(f func()) *Command {
	c.add(f)
	return c
}

func (c *Command) Close() {
	for _, f := range c.before {
		f()
	}
}

// An Attr is a part of a message, which is put together and sent.
type Attr struct {
	data  []byte
	parts []interface{ Len() int }
}

// Add is fine: what it makes of bytes is no listener.
func (a *Attr) Add(data []byte) *Attr {
	part := &Attr{data: data}
	a.parts = append(a.parts, part)
	return part
}

func (a *Attr) Len() int {
	n := len(a.data)
	for _, p := range a.parts {
		n += p.Len()
	}
	return n
}

func describe(a *Attr, name string) {
	for n := 0; n < len(name); n++ {
		a.Add([]byte{name[n]})
	}
}

// Fine: a batch goes when it is full, and its listeners with it.
type batch struct {
	size int
	done []func()
}

func (b *batch) add(f func()) {
	b.size++
	b.done = append(b.done, f)
}

func (b *batch) end() {
	for _, f := range b.done {
		f()
	}
}

// A Sender collects what goes to one place.
type Sender struct {
	mu      sync.Mutex
	batches map[string]*batch
}

func (s *Sender) batch(to string) *batch {
	if b, ok := s.batches[to]; ok {
		return b
	}
	b := &batch{}
	s.batches[to] = b
	return b
}

func (s *Sender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.batch(r.Host)
	b.add(func() { println(r.Host) })
	if b.size > 10 {
		delete(s.batches, r.Host)
		b.end()
	}
}
