package receives

// Who reads from a tube leaves when it is closed, in one of two ways to read.
type tube struct {
	in     chan []byte
	closed chan struct{}
}

func newTube() *tube { return &tube{in: make(chan []byte), closed: make(chan struct{})} }

func (t *tube) Write(b []byte) bool {
	select {
	case t.in <- b:
		return true
	case <-t.closed:
		return false
	}
}

func (t *tube) Read() []byte {
	select {
	case b := <-t.in:
		return b
	case <-t.closed:
		return nil
	}
}

func (t *tube) Peek() byte {
	b := <-t.in // want `receive from t.in does not look at what ends those who send \(goroutineleak/blocked-receive\)`
	return b[0]
}

// Fine: there is something.
func (t *tube) Next() []byte {
	if len(t.in) > 0 {
		return <-t.in
	}
	return nil
}

// There may be one, and no second one.
func (t *tube) Two() (one, two []byte) {
	if len(t.in) > 0 {
		one = <-t.in // there is
		two = <-t.in // want `receive from t.in does not look at what ends those who send`
	}
	return one, two
}

func (t *tube) Close() { close(t.closed) }

// Those who send to a hose do not leave.
type hose struct {
	in     chan []byte
	closed chan struct{}
}

func newHose() *hose { return &hose{in: make(chan []byte), closed: make(chan struct{})} }

func (h *hose) Write(b []byte) { h.in <- b }

func (h *hose) Read() []byte {
	select {
	case b := <-h.in:
		return b
	case <-h.closed:
		return nil
	}
}

func (h *hose) Peek() byte {
	b := <-h.in
	return b[0]
}

func (h *hose) Close() { close(h.closed) }

// A ferry goes on until it is closed, on one of its two ways to wait.
type ferry struct {
	in     chan []byte
	out    chan []byte
	closed chan struct{}
}

func newFerry() *ferry {
	return &ferry{in: make(chan []byte), out: make(chan []byte), closed: make(chan struct{})}
}

func (f *ferry) Put(b []byte) bool {
	select {
	case f.in <- b:
		return true
	case <-f.closed:
		return false
	}
}

func (f *ferry) Get() []byte {
	select {
	case b := <-f.out:
		return b
	case <-f.closed:
		return nil
	}
}

func (f *ferry) Start() { go f.sails() }

func (f *ferry) sails() {
	var cargo []byte
	for {
		if cargo == nil {
			select {
			case cargo = <-f.in:
			case <-f.closed:
				return
			}
		}
		select {
		case f.out <- cargo: // want `select statement does not look at what ends those at the other ends \(goroutineleak/blocked-receive\)`
			cargo = nil
		case more := <-f.in:
			cargo = append(cargo, more...)
		}
	}
}

func (f *ferry) Close() { close(f.closed) }

// A barge looks at it each time.
type barge struct {
	in     chan []byte
	out    chan []byte
	closed chan struct{}
}

func newBarge() *barge {
	return &barge{in: make(chan []byte), out: make(chan []byte), closed: make(chan struct{})}
}

func (b *barge) Put(p []byte) bool {
	select {
	case b.in <- p:
		return true
	case <-b.closed:
		return false
	}
}

func (b *barge) Get() []byte {
	select {
	case p := <-b.out:
		return p
	case <-b.closed:
		return nil
	}
}

func (b *barge) Start() { go b.sails() }

func (b *barge) sails() {
	var cargo []byte
	for {
		if cargo == nil {
			select {
			case cargo = <-b.in:
			case <-b.closed:
				return
			}
		}
		select {
		case b.out <- cargo:
			cargo = nil
		case more := <-b.in:
			cargo = append(cargo, more...)
		case <-b.closed:
			return
		}
	}
}

func (b *barge) Close() { close(b.closed) }

// A parcel is sent by the goroutine of a post office, which those leave who give it parcels.
type parcel struct{ head, body []byte }

type post struct {
	parcels chan *parcel
	closed  chan struct{}
	write   func([]byte) error
}

func newPost(write func([]byte) error) *post {
	p := &post{parcels: make(chan *parcel, 8), closed: make(chan struct{}), write: write}
	go p.sends()
	return p
}

func (p *post) sends() {
	for {
		next := <-p.parcels // want `receive from p.parcels does not look at what ends those who send \(goroutineleak/blocked-receive\)`
		if p.write(next.head) != nil || p.write(next.body) != nil {
			return
		}
	}
}

func (p *post) Send(head, body []byte) bool {
	select {
	case p.parcels <- &parcel{head, body}:
		return true
	case <-p.closed:
		return false
	}
}

func (p *post) Close() { close(p.closed) }

// What comes to a depot comes also when it has been closed.
type depot struct {
	parcels chan *parcel
	closed  chan struct{}
	write   func([]byte) error
}

func newDepot(write func([]byte) error) *depot {
	d := &depot{parcels: make(chan *parcel, 8), closed: make(chan struct{}), write: write}
	go d.sends()
	return d
}

func (d *depot) sends() {
	for {
		next := <-d.parcels
		if next == nil || d.write(next.head) != nil || d.write(next.body) != nil {
			return
		}
	}
}

func (d *depot) Send(head, body []byte) bool {
	select {
	case d.parcels <- &parcel{head, body}:
		return true
	case <-d.closed:
		return false
	}
}

func (d *depot) Close() {
	close(d.closed)
	d.parcels <- nil
}
