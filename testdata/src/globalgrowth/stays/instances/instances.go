// Package instances keeps one object per thing that is configured.
package instances

import "sync"

type client struct{ endpoint string }

func dial(endpoint string) *client { return &client{endpoint} }

func (c *client) send(string) {}

var (
	mu      sync.Mutex
	clients = map[string]*client{}
)

// Fine: there are as many clients as endpoints are configured.
func Send(endpoint, text string) {
	mu.Lock()
	defer mu.Unlock()
	c, ok := clients[endpoint]
	if !ok {
		c = dial(endpoint)
		clients[endpoint] = c
	}
	c.send(text)
}

var perUser = map[string]*client{}

// Users come and go.
func ForUser(user string) *client {
	c := perUser[user]
	if c == nil {
		c = dial(user)
		perUser[user] = c // want `package variable perUser`
	}
	return c
}

var latest = map[string]*client{}

// Nothing asks whether the name is there.
func Replace(name string) {
	latest[name] = dial(name) // want `package variable latest`
}

var upper = map[string]string{}

// What is kept is no object, but data that follows from the word.
func Upper(word string, convert func(string) string) string {
	u, ok := upper[word]
	if !ok {
		u = convert(word)
		upper[word] = u // want `package variable upper`
	}
	return u
}
