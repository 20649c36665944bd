package known

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Latent: the watch of a background context goes on after the return.
func WaitFor(c *clientv3.Client, key, event string) bool {
	ch := c.Watch(context.Background(), key) // want `Watch with a background context can never be ended.*listenerleak/never-removed, latent`
	return waitFor(ch, event)
}

func waitFor(ch clientv3.WatchChan, event string) bool {
	for r := range ch {
		for _, e := range r.Events {
			if e == event {
				return true
			}
		}
	}
	return false
}

// Latent: the same, at the first one.
func FirstOf(c *clientv3.Client, key string) clientv3.WatchResponse {
	ctx := context.WithValue(context.Background(), &one, 1)
	for r := range c.Watch(ctx, key) { // want `listenerleak/never-removed, latent`
		return r
	}
	return clientv3.WatchResponse{}
}

var one int

// Fine: it is watched until it ends.
func Follow(c *clientv3.Client, key string, f func([]string)) {
	for r := range c.Watch(context.Background(), key) {
		f(r.Events)
	}
}

// Fine: a context that ends.
func Within(ctx context.Context, c *clientv3.Client, key string) clientv3.WatchResponse {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return <-c.Watch(ctx, key)
}

// Fine: the caller has the channel.
func Channel(c *clientv3.Client, key string) clientv3.WatchChan {
	return c.Watch(context.Background(), key)
}

// Fine: the client goes with what has it.
type discovery struct{ c *clientv3.Client }

func (d *discovery) wait(key string) clientv3.WatchResponse {
	return <-d.c.Watch(context.Background(), key)
}

func (d *discovery) close() error { return d.c.Close() }

func Discover(c *clientv3.Client, key string) clientv3.WatchResponse {
	d := &discovery{c}
	defer d.close()
	return d.wait(key)
}
