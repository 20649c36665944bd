package session

import "sync"

// Online knows who is there, and tells those who want to know.
type Online struct {
	mu       sync.Mutex
	users    map[string]int // sessions of each
	last     int
	watchers map[int]func(user string, here bool)
}

// NewOnline returns an Online without users.
func NewOnline() *Online {
	return &Online{users: make(map[string]int), watchers: make(map[int]func(string, bool))}
}

// Watch calls fn whenever somebody comes or goes, until the function that it
// returns is called.
func (o *Online) Watch(fn func(user string, here bool)) (cancel func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last++
	id := o.last
	o.watchers[id] = fn
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.watchers, id)
	}
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
