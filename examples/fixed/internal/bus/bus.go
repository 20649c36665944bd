// Package bus delivers messages to those who listen to a room.
package bus

import "sync"

// A Message is what somebody said in a room.
type Message struct {
	Room, From, Text string
}

// A Bus knows who listens to which room.
type Bus struct {
	mu    sync.Mutex
	last  int
	rooms map[string]map[int]func(Message)
}

// New returns a bus without listeners.
func New() *Bus {
	return &Bus{rooms: make(map[string]map[int]func(Message))}
}

// Subscribe calls deliver for each message to the room, until the function
// that it returns is called.
func (b *Bus) Subscribe(room string, deliver func(Message)) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	id := b.last
	if b.rooms[room] == nil {
		b.rooms[room] = make(map[int]func(Message))
	}
	b.rooms[room][id] = deliver
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.rooms[room], id)
		if len(b.rooms[room]) == 0 {
			delete(b.rooms, room)
		}
	}
}

// Publish delivers a message to all who listen to its room.
func (b *Bus) Publish(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, deliver := range b.rooms[m.Room] {
		deliver(m)
	}
}
