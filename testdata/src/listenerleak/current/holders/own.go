package holders

import "net/http"

// Readers are made for one object each.
type Reader struct{ onData map[string]func([]byte) }

// OnData adds a callback, and nothing takes any out.
func (r *Reader) OnData(name string, f func([]byte)) {
	if r.onData == nil {
		r.onData = make(map[string]func([]byte))
	}
	r.onData[name] = f
}

// A Muxer comes and goes, and so does its reader.
type Muxer struct {
	reader *Reader
	n      int
}

func (m *Muxer) start() {
	m.reader = &Reader{}
	m.reader.OnData("video", func(b []byte) { m.n += len(b) })
}

func (m *Muxer) Close() { m.reader = nil }

// Serve is fine: each request has its own reader.
func (m *Muxer) Serve(w http.ResponseWriter, r *http.Request) {
	own := &Muxer{}
	own.start()
	defer own.Close()
	reader := &Reader{}
	for _, name := range r.Header.Values("Track") {
		reader.OnData(name, func(b []byte) { w.Write(b) })
	}
}
