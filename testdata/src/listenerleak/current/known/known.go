// Package known registers with well-known modules.
package known

import (
	"context"

	"github.com/ethereum/go-ethereum/event"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"k8s.io/client-go/tools/cache"
)

// Latent: the feed takes its channel as a value of any type.
func Heads(feed *event.Feed, n int) <-chan int {
	ch := make(chan int, n)
	feed.Subscribe(ch) // want `result of Subscribe is dropped.*listenerleak/handle-discarded, latent`
	return ch
}

// Leaks: the connection keeps the queue of a subscription without a callback.
func Next(nc *nats.Conn, subj string) (*nats.Msg, error) {
	sub, err := nc.SubscribeSync(subj) // want `result of SubscribeSync is not used to undo it.*listenerleak/handle-discarded`
	if err != nil {
		return nil, err
	}
	return sub.NextMsg()
}

// Leaks: the channel is the means to undo it, and the first state is enough.
func Connected(nc *nats.Conn, done <-chan struct{}) bool {
	ch := nc.StatusChanged() // want `result of StatusChanged is not used to undo it.*listenerleak/handle-discarded`
	select {
	case s := <-ch:
		return s == 1
	case <-done:
		return false
	}
}

// Leaks: the client keeps a connection and a goroutine for each.
func Wait(ctx context.Context, c *redis.Client) string {
	ps := c.Subscribe(ctx, "news") // want `result of Subscribe is not used to undo it.*listenerleak/handle-discarded`
	return (<-ps.Channel()).Payload
}

// Latent: the registration is what RemoveEventHandler takes.
func Inform(inf cache.SharedInformer, h cache.ResourceEventHandler) error {
	_, err := inf.AddEventHandlerWithOptions(h, cache.HandlerOptions{}) // want `listenerleak/handle-discarded, latent`
	return err
}

// Fine: it ends after a message.
func First(nc *nats.Conn, got func([]byte)) error {
	sub, err := nc.Subscribe("first", func(m *nats.Msg) { got(m.Data) })
	if err != nil {
		return err
	}
	return sub.AutoUnsubscribe(1)
}

// Fine: each is undone.
func Undone(ctx context.Context, nc *nats.Conn, c *redis.Client, inf cache.SharedInformer, h cache.ResourceEventHandler) (string, error) {
	ch := nc.StatusChanged()
	defer nc.RemoveStatusListener(ch)
	ps := c.Subscribe(ctx, "news")
	defer ps.Close()
	reg, err := inf.AddEventHandler(h)
	if err != nil {
		return "", err
	}
	defer inf.RemoveEventHandler(reg)
	<-ch
	return (<-ps.Channel()).Payload, nil
}

// Fine: a scope undoes what it tracks.
type Node struct {
	feed  event.Feed
	scope event.SubscriptionScope
}

func (n *Node) Subscribe(ch chan<- int) event.Subscription {
	return n.scope.Track(n.feed.Subscribe(ch))
}

// Latent: informers and handlers that are set up together stay together.
func NewController(inf cache.SharedInformer, h cache.ResourceEventHandler) error {
	_, err := inf.AddEventHandler(h) // want `listenerleak/handle-discarded, latent`
	return err
}

type provider interface{ Informer() cache.SharedInformer }

type manager struct{ h cache.ResourceEventHandler }

func (m *manager) Shutdown() {}

// Latent: the informer stays with the provider, and the manager with it.
func NewManager(p provider, h cache.ResourceEventHandler) *manager {
	m := &manager{h}
	p.Informer().AddEventHandler(m.h) // want `listenerleak/handle-discarded, latent`
	return m
}

type view struct{ h cache.ResourceEventHandler }

// Latent: nothing ends a view before the informer.
func NewView(p provider, h cache.ResourceEventHandler) *view {
	v := &view{h}
	p.Informer().AddEventHandler(v.h) // want `listenerleak/handle-discarded, latent`
	return v
}

// Fine: the listener ends its subscription when it has seen all.
func All(nc *nats.Conn, subj string, each func([]byte) bool) error {
	_, err := nc.Subscribe(subj, func(m *nats.Msg) {
		if !each(m.Data) {
			m.Sub.Unsubscribe()
		}
	})
	return err
}
