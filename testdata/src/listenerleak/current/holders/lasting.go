package holders

import (
	"net/http"
	"sync"
	"time"

	"example.com/listeners/bus"
)

// A Portal is made once, with a topic and an emitter of its own.
type Portal struct {
	topic *bus.Topic
	keys  *bus.Config
	slots *Slots
	each  *Reader
	seen  int
}

// Fine: what is registered when the portal is made goes with it.
func NewPortal() *Portal {
	p := &Portal{topic: bus.NewTopic(), keys: &bus.Config{}, slots: &Slots{}, each: &Reader{}}
	p.topic.Subscribe(func([]byte) { p.seen++ })
	p.keys.AddListener(&keyLog{})
	return p
}

type keyLog struct{ keys []string }

func (k *keyLog) Changed(key string) { k.keys = append(k.keys, key) }

// Leaks: the portal stays, and each request adds to what its topic keeps.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.topic.Subscribe(func(b []byte) { w.Write(b) }) // want `result of Subscribe is dropped.*listenerleak/handle-discarded`
	time.Sleep(time.Minute)
}

// Leaks: so does a helper of a handler.
func (p *Portal) Keys(w http.ResponseWriter, r *http.Request) { p.note() }

func (p *Portal) note() {
	p.keys.AddListener(&keyLog{}) // want `never removed by RemoveListener.*listenerleak/never-removed`
}

// Leaks: nothing can take a callback of a reader out again.
func (p *Portal) Data(w http.ResponseWriter, r *http.Request) {
	p.each.OnData(r.FormValue("name"), func(b []byte) { w.Write(b) }) // want `listener added by OnData can never be removed.*listenerleak/no-way-out`
}

// Slots have room for one listener of a kind.
type Slots struct {
	byName map[string]Listener
	set    map[Listener]bool
	last   Listener
}

func (s *Slots) AddListener(name string, l Listener) { s.byName[name] = l }
func (s *Slots) RemoveListener(name string)          { delete(s.byName, name) }
func (s *Slots) Notify(l Listener)                   { s.last = l }
func (s *Slots) StopNotify(l Listener)               { s.last = nil }

// Fine: each takes the place of the one before.
func (p *Portal) Slot(w http.ResponseWriter, r *http.Request) {
	p.slots.AddListener("slot", &log{})
	p.slots.Notify(&log{})
}

// Leaks: there are as many names as somebody sends.
func (p *Portal) Name(w http.ResponseWriter, r *http.Request) {
	p.slots.AddListener(r.FormValue("name"), &log{}) // want `never removed by RemoveListener.*listenerleak/never-removed`
}

// A call is made for each request.
type call struct {
	topic *bus.Topic
	n     int
}

// Fine: the topic goes with the call.
func (c *call) start() { c.topic.Subscribe(func([]byte) { c.n++ }) }

func (c *call) Close() { c.n = 0 }

// Calls has those that go on.
type Calls struct{ open map[string]*call }

// Fine: the one that is started comes and goes, and has a topic of its own.
func (s *Calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	if r.Method == http.MethodDelete {
		s.open[id].Close()
		delete(s.open, id)
		return
	}
	s.open[id] = &call{topic: bus.NewTopic()}
	s.open[id].start()
}

// A board is told of keys, in two kinds of views.
type board struct{ keys []string }

func (b *board) Changed(key string) { b.keys = append(b.keys, key) }

type panel struct {
	cfg  *bus.Config
	keys []string
}

func (p *panel) Changed(key string) { p.keys = append(p.keys, key) }

// close takes a panel off, which says nothing of boards.
func (p *panel) close() { p.cfg.RemoveListener(p) }

// Leaks: panels are taken off where they end, and the board is not.
func Watched(cfg *bus.Config) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &panel{cfg: cfg}
		cfg.AddListener(p)
		defer p.close()
		cfg.AddListener(&board{}) // want `never removed by RemoveListener.*listenerleak/never-removed`
	}
}

// Fine: a helper gets the channel.
func Heard(bell *Bell) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ring := make(chan string, 1)
		bell.Watch(ring)
		defer unhook(bell, ring)
		<-ring
	}
}

// Leaks: the helper gets another one.
func Missed(bell *Bell) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ring, other := make(chan string, 1), make(chan string, 1)
		bell.Watch(ring) // want `never removed by Unwatch.*listenerleak/never-removed`
		defer unhook(bell, other)
		<-ring
	}
}

func unhook(bell *Bell, ring chan string) { bell.Unwatch(ring) }

type Bell struct{ rings map[chan string]bool }

func (b *Bell) Watch(ring chan string)   { b.rings[ring] = true }
func (b *Bell) Unwatch(ring chan string) { delete(b.rings, ring) }

// A Frame has parts that are inside of it, and listens to them.
type Frame struct {
	once  sync.Once
	inner Slots
	rings Bell
	topic *bus.Topic
	n     int
}

func NewFrame() *Frame { return &Frame{topic: bus.NewTopic()} }

func (f *Frame) Connected(string) { f.n++ }

// Fine: once for each frame.
func (f *Frame) init() {
	f.once.Do(func() {
		f.rings.Watch(make(chan string))
		f.topic.Subscribe(func([]byte) { f.n++ })
	})
}

// Leaks: another frame for each request, and the emitter of the process.
func (f *Frame) greet() {
	f.once.Do(func() {
		bus.Default.On("greeting", func(string) { f.n++ }) // want `listenerleak/never-removed`
	})
}

// Fine: what is kept is the frame itself, under its own name.
func (f *Frame) bind() { f.inner.Bind(f) }

func (s *Slots) Bind(l Listener)   { s.set[l] = true }
func (s *Slots) Unbind(l Listener) { delete(s.set, l) }

// Leaks: the rings are inside of the frame, and get another one for each request.
func (f *Frame) ring() {
	f.rings.Watch(make(chan string)) // want `never removed by Unwatch.*listenerleak/never-removed`
}

func (f *Frame) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.init()
	f.bind()
	f.ring()
	new(Frame).greet()
}

// Fine: the rings go with the frame.
func Framed(w http.ResponseWriter, r *http.Request) {
	f := &Frame{}
	f.ring()
}
