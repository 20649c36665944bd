package onpath

import (
	"errors"
	"sync"
	"time"
)

// A Line calls who listens to it.
type Line struct {
	mu   sync.Mutex
	subs map[*Sub]bool
}

type Sub struct {
	line *Line
	fn   func(s *Sub, text string)
}

func (l *Line) Subscribe(fn func(s *Sub, text string)) (*Sub, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.subs) > 1<<20 {
		return nil, errors.New("too many")
	}
	s := &Sub{l, fn}
	l.subs[s] = true
	return s, nil
}

func (l *Line) Unsubscribe(s *Sub) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.subs, s)
}

func (l *Line) Say(text string) {
	for s := range l.subs {
		s.fn(s, text)
	}
}

// Fine: who has answered has unsubscribed first.
func Ask(l *Line) (string, error) {
	answer := make(chan string, 1)
	sub, err := l.Subscribe(func(s *Sub, text string) {
		l.Unsubscribe(s)
		select {
		case answer <- text:
		default:
		}
	})
	if err != nil {
		return "", err
	}
	select {
	case text := <-answer:
		return text, nil
	case <-time.After(time.Second):
		l.Unsubscribe(sub)
		return "", errors.New("no answer")
	}
}

// Leaks: nobody may ever answer, and then it is only tried to hang up.
func AskOnce(l *Line, quit chan bool) (string, error) {
	answer := make(chan string, 1)
	sub, err := l.Subscribe(func(s *Sub, text string) { // want `listener added by Subscribe is not removed on every path`
		l.Unsubscribe(s)
		select {
		case answer <- text:
		default:
		}
	})
	if err != nil {
		return "", err
	}
	select {
	case text := <-answer:
		return text, nil
	case <-quit:
		return "", errors.New("quit")
	case <-time.After(time.Second):
		l.Unsubscribe(sub)
		return "", errors.New("no answer")
	}
}
