// Package redis imitates the declarations of the module that the cases use.
package redis

import "context"

type Client struct{}

type Message struct{ Payload string }

type PubSub struct{}

func (*Client) Subscribe(ctx context.Context, channels ...string) *PubSub

func (*PubSub) Channel() <-chan *Message

func (*PubSub) Close() error
