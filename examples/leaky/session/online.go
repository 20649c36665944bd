package session

import "sync"

// Online knows who is there, and tells those who want to know.
type Online struct {
	mu       sync.Mutex
	users    map[string]int // sessions of each
	watchers []func(user string, here bool)
}

// NewOnline returns an Online without users.
func NewOnline() *Online {
	return &Online{users: make(map[string]int)}
}

// Watch calls fn whenever somebody comes or goes.
func (o *Online) Watch(fn func(user string, here bool)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.watchers = append(o.watchers, fn)
}

func (o *Online) enter(user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.users[user]++
	if o.users[user] == 1 {
		o.tell(user, true)
	}
}

func (o *Online) leave(user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.users[user]--
	if o.users[user] == 0 {
		delete(o.users, user)
		o.tell(user, false)
	}
}

func (o *Online) tell(user string, here bool) {
	for _, fn := range o.watchers {
		fn(user, here)
	}
}
