package watch

import "github.com/memlint/memlint/internal/driver/report"

// A history is what readings of one process said, summed up.
type history struct {
	heap, goroutines series
	bytes, waits     *sites

	objects   int64
	leaked    int
	hasLeaked bool // whether the server has that profile
	allocated int64
}

func newHistory() *history {
	return &history{bytes: newSites(unitBytes), waits: newSites(unitGoroutines)}
}

// isOf reports whether a reading may be of the same process: what one has
// allocated in its life becomes no less.
func (h *history) isOf(r *reading) bool { return r.heap.Allocated >= h.allocated }

// add takes in a reading.
func (h *history) add(r *reading) {
	h.allocated = r.heap.Allocated
	h.objects = r.heap.Objects
	h.heap.grain = r.heap.Rate
	h.heap.add(report.Sample{Time: r.time, Value: float64(r.heap.Bytes)})
	h.bytes.add(r.time, r.heap)
	if r.goroutines != nil {
		h.goroutines.add(report.Sample{Time: r.time, Value: float64(r.goroutines.Goroutines)})
		h.waits.add(r.time, r.goroutines)
	}
	if r.leaked != nil {
		h.leaked, h.hasLeaked = r.leaked.Goroutines, true
		h.waits.setLeaked(r.leaked)
	}
}

// growing returns the sites that grow, those of memory first.
func (h *history) growing() (bytes, waits []growing) {
	return h.bytes.growing(), h.waits.growing()
}
