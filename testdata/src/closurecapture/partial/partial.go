// Package partial has closures that outlive their function and need little of
// a large variable.
package partial

import (
	"bytes"
	"io"
	"os"
	"strings"
	"time"
)

type queue struct {
	jobs  []func()
	names map[string]func() string
	last  func() int
}

func (q *queue) drain() {
	for _, job := range q.jobs {
		job()
	}
	q.jobs = nil
	clear(q.names)
}

func (q *queue) length(path string, log func(int)) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	q.jobs = append(q.jobs, func() { // want `closure keeps all of text for len\(text\); held by queue.jobs -> func -> text \(closurecapture/partial-use\)`
		log(len(text))
		log(len(text) / 2)
	})
	return nil
}

// A single slot keeps the buffer, too, until the next closure comes.
func (q *queue) slot(r io.Reader) {
	text, _ := io.ReadAll(r)
	if len(text) > 0 {
		q.last = func() int { return cap(text) } // want `closure keeps all of text for cap\(text\)`
	}
}

type record struct {
	Key  string
	size int
	body [100 << 10]byte
}

func (q *queue) value(key string) {
	var rec record
	rec.Key = key
	q.names[key] = func() string { return rec.Key } // want `closure keeps all 100 KiB of rec for rec.Key`
}

func pointer(size int) func() int {
	rec := &record{size: size}
	return func() int { // want `closure keeps all 100 KiB of rec for rec.size; held by caller of pointer -> func -> rec`
		return rec.size
	}
}

// A pointer that may be nil is no reason to panic earlier: no fix.
func maybe(size int) func() int {
	var rec *record
	if size > 0 {
		rec = &record{size: size}
	}
	return func() int { // want `for rec.size`
		if rec == nil {
			return 0
		}
		return rec.size
	}
}

// A compound part has no short name: no fix.
func both(b *bytes.Buffer) func() int {
	text := b.Bytes()
	return func() int { return len(text) + cap(text) } // want `closure keeps all of text for len\(text\), cap\(text\)`
}

// An index may be out of range: no fix.
func first(path string) func() byte {
	text, _ := os.ReadFile(path)
	return func() byte { return text[0] } // want `for text\[0\]`
}

func head(path string) func() []byte {
	text, _ := os.ReadFile(path)
	return func() []byte { return text[2:8] } // want `for text\[2:8\]`
}

func letter(n int) func() byte {
	line := strings.Repeat("ab", n)
	return func() byte { return line[1] } // want `for line\[1\]`
}

// The name for the new variable is taken: no fix.
func taken(path string, textLen func(int)) {
	text, _ := os.ReadFile(path)
	time.AfterFunc(time.Hour, func() { textLen(len(text)) }) // want `held by the runtime timer heap -> func -> text`
}

var hooks []func() int

func hook(n int) {
	table := make([]int, n)
	fill(table)
	hooks = append(hooks, func() int { return len(table) }) // want `held by hooks -> func -> table`
}

// The variable of the first fix is taken for the second.
func hookTwice(n int) {
	table := make([]int, n)
	fill(table)
	hooks = append(hooks, func() int { return len(table) }) // want `held by hooks -> func -> table`
	hooks = append(hooks, func() int { return len(table) }) // want `held by hooks -> func -> table`
}

func reset() { hooks = nil }

func fill(table []int) {
	for i := range table {
		table[i] = i
	}
}

// The literal around it is to blame.
func nested(path string) func() func() int {
	text, _ := os.ReadFile(path)
	return func() func() int { // want `for len\(text\)`
		return func() int { return len(text) }
	}
}

type job struct {
	name string
	run  func() int
}

// The closure is kept inside a struct that is kept.
func wrapped(path string) *job {
	text, _ := os.ReadFile(path)
	return &job{name: path, run: func() int { return len(text) }} // want `held by caller of wrapped -> func -> text`
}

var array [128 << 10]byte

func arrays(b byte) func() byte {
	copied := array
	copied[3] = b
	return func() byte { return copied[3] } // want `closure keeps all 128 KiB of copied for copied\[3\]`
}

func generic[T any](n int, use func(T)) func() int {
	all := make([]T, n)
	for _, x := range all {
		use(x)
	}
	return func() int { return len(all) } // want `for len\(all\)`
}

func ticker(rows int, done <-chan bool, show func(int)) {
	lines := make([]string, rows)
	fillLines(lines)
	go func() { // want `held by goroutine in ticker -> func -> lines`
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				show(len(lines))
			}
		}
	}()
}

func fillLines(lines []string) { clear(lines) }
