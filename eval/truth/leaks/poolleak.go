package leaks

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// again returns what the next user of a pool has in use, for little: the collector empties
// pools that nobody uses.
func again(pool *sync.Pool) any { return pool.Get() }

func NoSizeCheck() any {
	pool := &sync.Pool{New: func() any { return new(bytes.Buffer) }}
	b := pool.Get().(*bytes.Buffer)
	io.Copy(b, bytes.NewReader(newSession().data))
	b.Reset()
	pool.Put(b) // leak: poolleak/no-size-check
	return again(pool)
}

func NoSizeCheckFixed() any {
	pool := &sync.Pool{New: func() any { return new(bytes.Buffer) }}
	b := pool.Get().(*bytes.Buffer)
	io.Copy(b, bytes.NewReader(newSession().data))
	if b.Cap() < 1024 {
		b.Reset()
		pool.Put(b)
	}
	return again(pool)
}

func NotCleared() any {
	pool := &sync.Pool{New: func() any { return new([]*session) }}
	p := pool.Get().(*[]*session)
	*p = append(*p, newSession())
	(*p)[0].touch()
	*p = (*p)[:0]
	pool.Put(p) // leak: poolleak/not-cleared
	return again(pool)
}

func NotClearedFixed() any {
	pool := &sync.Pool{New: func() any { return new([]*session) }}
	p := pool.Get().(*[]*session)
	*p = append(*p, newSession())
	(*p)[0].touch()
	clear(*p)
	*p = (*p)[:0]
	pool.Put(p)
	return again(pool)
}

// A visit is used once per request.
type visit struct{ ctx context.Context }

type key struct{}

func (v *visit) begin(ctx context.Context) {
	v.ctx = ctx
	v.ctx.Value(key{}).(*session).touch()
}

func KeepsRequest() any {
	pool := &sync.Pool{New: func() any { return new(visit) }}
	v := pool.Get().(*visit)
	v.begin(context.WithValue(context.Background(), key{}, newSession()))
	pool.Put(v) // leak: poolleak/keeps-request
	return again(pool)
}

func KeepsRequestFixed() any {
	pool := &sync.Pool{New: func() any { return new(visit) }}
	v := pool.Get().(*visit)
	v.begin(context.WithValue(context.Background(), key{}, newSession()))
	v.ctx = nil
	pool.Put(v)
	return again(pool)
}

var watchers = sync.Pool{New: func() any { return newWatcher() }}

func watched(event int) bool { return event > 1 }

func GetWithoutPut() any {
	w := watchers.Get().(*watcher) // leak: poolleak/get-without-put
	w.tell(1)
	if !watched(1) {
		return nil
	}
	watchers.Put(w)
	return nil
}

func GetWithoutPutFixed() any {
	w := watchers.Get().(*watcher)
	w.tell(1)
	if !watched(1) {
		w.Close()
		return nil
	}
	watchers.Put(w)
	return nil
}

// A list of sessions that are free.
type spare struct {
	mu   sync.Mutex
	list []*session
}

func (s *spare) take() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.list) - 1; n >= 0 {
		x := s.list[n]
		s.list = s.list[:n]
		return x
	}
	return newSession()
}

func (s *spare) give(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, x) // leak: poolleak/list-never-shrinks
}

func ListNeverShrinks() any {
	s := new(spare)
	s.give(s.take())
	return s
}

// A bounded list has none that is free for long.
type bounded struct {
	mu   sync.Mutex
	list []*session
}

func (s *bounded) take() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.list) - 1; n >= 0 {
		x := s.list[n]
		s.list[n] = nil
		s.list = s.list[:n]
		return x
	}
	return newSession()
}

func (s *bounded) give(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, x)
}

func (s *bounded) trim() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = nil
}

func ListNeverShrinksFixed() any {
	s := new(bounded)
	s.give(s.take())
	s.trim()
	return s
}
