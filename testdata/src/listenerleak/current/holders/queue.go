package holders

import "net/http"

// A Queue has those who wait for their turn.
type Queue struct {
	waiting map[int]chan int
	next    int
}

// Subscribe returns what takes the waiter out again.
func (q *Queue) Subscribe(ch chan int) (cancel func()) {
	q.next++
	id := q.next
	q.waiting[id] = ch
	return func() { delete(q.waiting, id) }
}

// Turn takes one out and is not told which.
func (q *Queue) Turn() {
	for id, ch := range q.waiting {
		delete(q.waiting, id)
		ch <- id
		return
	}
}

type door struct{ queue *Queue }

// ServeHTTP is fine: whose turn it is has been taken out.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ch := make(chan int)
	cancel := d.queue.Subscribe(ch)
	select {
	case <-ch:
	case <-r.Context().Done():
		cancel()
	}
}
