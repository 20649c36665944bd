package leaks

import (
	"bytes"
	"container/list"
	"sync"
	"sync/atomic"
)

// next numbers what repetitions make.
var next atomic.Int64

var (
	grownMap  = map[int64]*session{}
	mendedMap = map[int64]*session{}
	mapMu     sync.Mutex
)

func MapOnlyGrows() any {
	mapMu.Lock()
	defer mapMu.Unlock()
	grownMap[next.Add(1)] = newSession() // leak: globalgrowth/map-only-grows
	return nil
}

func MapOnlyGrowsFixed() any {
	mapMu.Lock()
	defer mapMu.Unlock()
	id := next.Add(1)
	mendedMap[id] = newSession()
	delete(mendedMap, id)
	return nil
}

var (
	grownSlice  []*session
	mendedSlice []*session
)

func SliceOnlyGrows() any {
	grownSlice = append(grownSlice, newSession()) // leak: globalgrowth/slice-only-grows
	return nil
}

func SliceOnlyGrowsFixed() any {
	mendedSlice = append(mendedSlice, newSession())
	for _, s := range mendedSlice {
		s.Close()
	}
	mendedSlice = nil
	return nil
}

var grownSyncMap, mendedSyncMap sync.Map

func SyncMapOnlyGrows() any {
	grownSyncMap.Store(next.Add(1), newSession()) // leak: globalgrowth/container-only-grows
	return nil
}

func SyncMapOnlyGrowsFixed() any {
	id := next.Add(1)
	mendedSyncMap.Store(id, newSession())
	mendedSyncMap.Delete(id)
	return nil
}

var grownList, mendedList = list.New(), list.New()

func ListOnlyGrows() any {
	grownList.PushBack(newSession()) // leak: globalgrowth/container-only-grows
	return nil
}

func ListOnlyGrowsFixed() any {
	e := mendedList.PushBack(newSession())
	mendedList.Remove(e)
	return nil
}

var grownBuffer, mendedBuffer bytes.Buffer

func BufferOnlyGrows() any {
	grownBuffer.Write(newSession().data) // leak: globalgrowth/container-only-grows
	return nil
}

func BufferOnlyGrowsFixed() any {
	mendedBuffer.Write(newSession().data)
	mendedBuffer.Reset()
	return nil
}

var grownChan, mendedChan = make(chan *session), make(chan *session)

func ChanOnlyGrows() any {
	s := newSession()
	go func() {
		grownChan <- s // leak: globalgrowth/chan-only-grows
	}()
	return nil
}

func ChanOnlyGrowsFixed() any {
	s := newSession()
	go func() {
		mendedChan <- s
	}()
	(<-mendedChan).Close()
	return nil
}
