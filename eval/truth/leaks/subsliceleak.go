package leaks

import (
	"io"
	"sync"
)

// A waiting list has sessions.
type waiting struct {
	mu      sync.Mutex
	list    []*session
	titles  map[int64]string
	heads   []*int
	notices int
}

func (w *waiting) add(s *session) { w.list = append(w.list, s) }

// filled returns a list with one session.
func filled() *waiting {
	w := &waiting{titles: map[int64]string{}}
	w.add(newSession())
	return w
}

func (w *waiting) first() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list[0].touch()
	w.list = w.list[1:] // leak: subsliceleak/queue-front
}

func (w *waiting) firstCleared() {
	w.list[0].touch()
	w.list[0] = nil
	w.list = w.list[1:]
}

func QueueFront() any {
	w := filled()
	w.add(new(session))
	w.first()
	return w
}

func QueueFrontFixed() any {
	w := filled()
	w.add(new(session))
	w.firstCleared()
	return w
}

func (w *waiting) last() {
	w.list[len(w.list)-1].touch()
	w.list = w.list[:len(w.list)-1] // leak: subsliceleak/popped-slot-kept
}

func (w *waiting) lastCleared() {
	w.list[len(w.list)-1].touch()
	w.list[len(w.list)-1] = nil
	w.list = w.list[:len(w.list)-1]
}

func PoppedSlot() any {
	w := filled()
	w.last()
	return w
}

func PoppedSlotFixed() any {
	w := filled()
	w.lastCleared()
	return w
}

func (w *waiting) forget() {
	w.notices = len(w.list)
	w.list = w.list[:0] // leak: subsliceleak/truncated-not-cleared
}

func (w *waiting) forgetCleared() {
	w.notices = len(w.list)
	clear(w.list)
	w.list = w.list[:0]
}

func Truncated() any {
	w := filled()
	w.forget()
	return w
}

func TruncatedFixed() any {
	w := filled()
	w.forgetCleared()
	return w
}

func (w *waiting) remove(i int) {
	w.list = append(w.list[:i], w.list[i+1:]...) // leak: subsliceleak/cut-not-cleared
}

func (w *waiting) removeCleared(i int) {
	copy(w.list[i:], w.list[i+1:])
	w.list[len(w.list)-1] = nil
	w.list = w.list[:len(w.list)-1]
}

// What was the last one stays where it was, also when it is removed.
func CutNotCleared() any {
	w := &waiting{}
	w.add(new(session))
	w.add(newSession())
	w.remove(0)
	w.remove(0)
	return w
}

func CutNotClearedFixed() any {
	w := &waiting{}
	w.add(new(session))
	w.add(newSession())
	w.removeCleared(0)
	w.removeCleared(0)
	return w
}

// A page is as large as a session.
type page struct{ at int }

func (p *page) Read(b []byte) (int, error) {
	if p.at == size {
		return 0, io.EOF
	}
	n := copy(b, make([]byte, size-p.at))
	p.at += n
	return n, nil
}

func (w *waiting) title(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	w.titles[next.Add(1)] = string(b)[:8] // leak: subsliceleak/small-of-large
	return nil
}

func (w *waiting) titleCopied(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	w.titles[next.Add(1)] = string(b[:8])
	return nil
}

func SmallOfLarge() any {
	w := &waiting{titles: map[int64]string{}}
	if err := w.title(new(page)); err != nil {
		panic(err)
	}
	return w
}

func SmallOfLargeFixed() any {
	w := &waiting{titles: map[int64]string{}}
	if err := w.titleCopied(new(page)); err != nil {
		panic(err)
	}
	return w
}

type frame struct {
	size int
	data [size]byte
}

func (w *waiting) head(n int) {
	f := &frame{size: n}
	f.data[n] = 1
	w.heads = append(w.heads, &f.size) // leak: subsliceleak/interior-pointer
}

func (w *waiting) headCopied(n int) {
	f := &frame{size: n}
	f.data[n] = 1
	copied := f.size
	w.heads = append(w.heads, &copied)
}

func Interior() any {
	w := new(waiting)
	w.head(1)
	return w
}

func InteriorFixed() any {
	w := new(waiting)
	w.headCopied(1)
	return w
}
