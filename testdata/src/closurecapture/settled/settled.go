// Package settled has closures that are fine: they use all of what they
// capture, do not outlive their function, or need it as it is when they run.
package settled

import (
	"bytes"
	"io"
	"log"
	"os"
	"slices"
	"sort"
	"sync"
	"time"
)

type queue struct {
	jobs []func()
	text []byte
}

func (q *queue) drain() { q.jobs = nil }

func (q *queue) number(path string) {
	text, _ := os.ReadFile(path)
	n := len(text)
	q.jobs = append(q.jobs, func() { log.Print(n) })
}

func (q *queue) cleared(path string) {
	text, _ := os.ReadFile(path)
	log.Print(string(text))
	text = nil
	q.jobs = append(q.jobs, func() { log.Print(len(text)) })
}

func (q *queue) spent(path string) {
	text, _ := os.ReadFile(path)
	q.jobs = append(q.jobs, func() {
		log.Print(len(text))
		text = nil
	})
}

// The length is another one when the closure runs.
func (q *queue) later(r io.Reader) {
	text, _ := io.ReadAll(r)
	q.jobs = append(q.jobs, func() { log.Print(len(text)) })
	more, _ := io.ReadAll(r)
	text = append(text, more...)
}

// The first byte may be another one when the closure runs.
func (q *queue) refilled(r io.Reader, n int) {
	text := make([]byte, n)
	q.jobs = append(q.jobs, func() { log.Print(text[0]) })
	_, _ = io.ReadFull(r, text)
}

// The field keeps the text anyhow.
func (q *queue) shared(path string) {
	text, _ := os.ReadFile(path)
	q.text = text
	q.jobs = append(q.jobs, func() { log.Print(len(text)) })
}

// The caller has the text anyhow.
func both(path string) ([]byte, func() int) {
	text, _ := os.ReadFile(path)
	return text, func() int { return len(text) }
}

func whole(path string) func(io.Writer) {
	text, _ := os.ReadFile(path)
	return func(w io.Writer) { _, _ = w.Write(text[:min(10, len(text))]) }
}

func any(n int) func(int) int {
	all := make([]int, n)
	return func(i int) int { return all[i] }
}

func accumulator() (func([]byte), func() int) {
	var buf bytes.Buffer
	return func(b []byte) { buf.Write(b) }, func() int { return buf.Len() }
}

type state struct {
	count int
	table [1 << 20]byte
}

// The object lives its own life: count changes.
func live(run func(*state)) func() int {
	s := new(state)
	run(s)
	return func() int { return s.count }
}

// A parameter is kept by the caller.
func given(s *state) func() int { return func() int { return s.count } }

func locked() func() {
	s := &struct {
		sync.Mutex
		table [1 << 20]byte
	}{}
	return func() {
		s.Lock()
		defer s.Unlock()
	}
}

func small(b byte) func() byte {
	var a [512]byte
	a[1] = b
	return func() byte { return a[1] }
}

func within(path string) (n int) {
	text, _ := os.ReadFile(path)
	sort.Slice(text, func(i, j int) bool { return i%len(text) < j })
	slices.SortFunc(text, func(a, b byte) int { return len(text) })
	defer func() { log.Print(len(text)) }()
	func() { n = len(text) }()
	return n
}

func unknown(path string, keep func(func() int)) {
	text, _ := os.ReadFile(path)
	keep(func() int { return len(text) })
}

func ends(path string) <-chan int {
	text, _ := os.ReadFile(path)
	out := make(chan int, 1)
	go func() { out <- len(text) }()
	return out
}

// The goroutine does not need the text any more when it begins to wait.
func early(path string, show func(int)) {
	text, _ := os.ReadFile(path)
	go func() {
		n := len(text)
		for range time.Tick(time.Second) {
			show(n)
		}
	}()
}

var banner func() int

func init() {
	text, _ := os.ReadFile("banner")
	banner = func() int { return len(text) }
}

// Another closure that stays keeps the whole anyway.
func siblings(path string) (size func() int, text func() []byte) {
	data, _ := os.ReadFile(path)
	return func() int { return len(data) }, func() []byte { return data }
}
