package taken

import (
	"sync"
	"time"
)

type visitTable struct {
	start sync.Once
	mu    sync.Mutex
	ended map[string]int
}

var visits = &visitTable{ended: make(map[string]int)}

func (s *visitTable) janitor() {
	go func() {
		for {
			time.Sleep(time.Minute)
			s.mu.Lock()
			for name, n := range s.ended {
				if n > 1 {
					delete(s.ended, name)
				}
			}
			s.mu.Unlock()
		}
	}()
}
