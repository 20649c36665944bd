package pairs

import (
	"fmt"
	"net/http"
)

// A Station calls a function for as long as a call lasts, and tells channels until they leave.
type Station interface {
	Subscribe(f func(string))
	SubscribeChan(c chan string)
	Unsubscribe(c chan string)
}

// A Wire has both halves for functions.
type Wire interface {
	Subscribe(f func(string))
	Unsubscribe(f func(string))
}

// Listen is fine: what unsubscribes takes a channel, and is the other half of something else.
func Listen(s Station) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.Subscribe(func(text string) { fmt.Fprintln(w, text) })
	}
}

// Wired leaks a function for each request.
func Wired(s Wire) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.Subscribe(func(text string) { fmt.Fprintln(w, text) }) // want `listener added by Subscribe is never removed by Unsubscribe`
	}
}
