// Package session is about users who are in a room.
package session

import (
	"time"

	"example.com/leaky/internal/bus"
)

const (
	heartbeat = 15 * time.Second // proxies cut silent connections after 30 s
	presence  = time.Minute
)

// A Session is one user who reads one room.
type Session struct {
	user   string
	room   string
	out    chan bus.Message
	bus    *bus.Bus
	online *Online
	beat   *time.Ticker
}

// Open lets a user into a room. Close ends the session.
func Open(b *bus.Bus, online *Online, room, user string) *Session {
	s := &Session{
		user:   user,
		room:   room,
		out:    make(chan bus.Message, 16),
		bus:    b,
		online: online,
		// Leak: the goroutine below waits for ever, since Stop does not close the channel.
		beat: time.NewTicker(heartbeat),
	}
	go s.keepAlive()
	// Leak: without the result nobody can unsubscribe, and the bus keeps s.
	b.Subscribe(room, s.deliver)
	// Leak: Online has no way to take a watcher out, and each keeps its session.
	online.Watch(s.changed)
	online.enter(user)
	s.announce()
	return s
}

// Close ends the session.
func (s *Session) Close() {
	s.beat.Stop()
	s.online.leave(s.user)
}

// Messages returns what is said in the room, and a message without text now
// and then.
func (s *Session) Messages() <-chan bus.Message { return s.out }

// deliver drops messages for those who do not read.
func (s *Session) deliver(m bus.Message) {
	select {
	case s.out <- m:
	default:
	}
}

func (s *Session) keepAlive() {
	for range s.beat.C {
		s.deliver(bus.Message{Room: s.room})
	}
}

func (s *Session) changed(user string, here bool) {
	text := "left"
	if here {
		text = "came"
	}
	s.deliver(bus.Message{Room: s.room, From: user, Text: text})
}

// announce tells the room every minute that the user is still here.
func (s *Session) announce() {
	// Leak: the timer arms itself again for ever, and so keeps s after Close.
	time.AfterFunc(presence, func() {
		s.bus.Publish(bus.Message{Room: s.room, From: s.user, Text: "is here"})
		s.announce()
	})
}
