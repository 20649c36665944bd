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
