// Package session is about users who are in a room.
package session

import (
	"time"

	"example.com/fixed/internal/bus"
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
	done   chan struct{}

	unsubscribe, unwatch func()
}

// Open lets a user into a room. Close ends the session.
func Open(b *bus.Bus, online *Online, room, user string) *Session {
	s := &Session{
		user:   user,
		room:   room,
		out:    make(chan bus.Message, 16),
		bus:    b,
		online: online,
		done:   make(chan struct{}),
	}
	go s.keepAlive()
	s.unsubscribe = b.Subscribe(room, s.deliver)
	s.unwatch = online.Watch(s.changed)
	online.enter(user)
	return s
}

// Close ends the session.
func (s *Session) Close() {
	close(s.done)
	s.unsubscribe()
	s.unwatch()
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

// keepAlive tells the user's connection, and more rarely the room, that the
// user is still here, until Close.
func (s *Session) keepAlive() {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	here := time.NewTicker(presence)
	defer here.Stop()
	for {
		select {
		case <-beat.C:
			s.deliver(bus.Message{Room: s.room})
		case <-here.C:
			s.bus.Publish(bus.Message{Room: s.room, From: s.user, Text: "is here"})
		case <-s.done:
			return
		}
	}
}

func (s *Session) changed(user string, here bool) {
	text := "left"
	if here {
		text = "came"
	}
	s.deliver(bus.Message{Room: s.room, From: user, Text: text})
}
