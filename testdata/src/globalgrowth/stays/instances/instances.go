// Package instances keeps one object per thing that is configured.
package instances

import (
	"fmt"
	"strings"
	"sync"
)

type client struct{ endpoint string }

func dial(endpoint string) *client { return &client{endpoint} }

func (c *client) send(string) {}

var (
	mu      sync.Mutex
	clients = map[string]*client{}
)

// Latent: there are as many clients as endpoints are configured.
func Send(endpoint, text string) {
	mu.Lock()
	defer mu.Unlock()
	c, ok := clients[endpoint]
	if !ok {
		c = dial(endpoint)
		clients[endpoint] = c // want `globalgrowth/map-only-grows, latent`
	}
	c.send(text)
}

var perUser = map[string]*client{}

// Latent: what the key is called says nothing.
func ForUser(user string) *client {
	c := perUser[user]
	if c == nil {
		c = dial(user)
		perUser[user] = c // want `globalgrowth/map-only-grows, latent`
	}
	return c
}

var latest = map[string]*client{}

// Latent: what the key is called says nothing.
func Replace(host string) {
	latest[host] = dial(host) // want `globalgrowth/map-only-grows, latent`
}

var upper = map[string]string{}

// Latent: callers may have few words.
func Upper(word string, convert func(string) string) string {
	u, ok := upper[word]
	if !ok {
		u = convert(word)
		upper[word] = u // want `globalgrowth/map-only-grows, latent`
	}
	return u
}

var byName = map[string]string{}

// Latent: nothing shows that there are many names.
func Rename(name, to string) { byName[name] = to } // want `globalgrowth/map-only-grows, latent`

var sessions = map[string]bool{}

// Latent: nor does what the map is called.
func Open(name string) { sessions[name] = true } // want `globalgrowth/map-only-grows, latent`

type pair struct{ from, to string }

var routes = map[pair]int{}

// Latent: callers may have few names.
func Route(from, to string) { routes[pair{from, to}]++ } // want `globalgrowth/map-only-grows, latent`

var kinds = map[string]int{}

// Fine: types of the program.
func Kind(v any) { kinds[fmt.Sprintf("%T", v)]++ }

var requestCounts = map[string]int{}

// Latent: requests are counted, but by name.
func Counted(name string) { requestCounts[name]++ } // want `globalgrowth/map-only-grows, latent`

var gauges = map[string]map[string]float64{}

// Latent: callers may have few names and labels.
func Gauge(name string, labels []string, v float64) {
	if gauges[name] == nil {
		gauges[name] = map[string]float64{} // want `globalgrowth/map-only-grows, latent`
	}
	gauges[name][strings.Join(labels, ",")] = v
}

var byAddress = map[string]*client{}

// Latent: there is a client for each service that the program talks to.
func Dial(address string) *client {
	c := byAddress[address]
	if c == nil {
		c = dial(address)
		byAddress[address] = c // want `globalgrowth/map-only-grows, latent`
	}
	return c
}
