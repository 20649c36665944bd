// Package lib is of another module: nothing is known of its functions.
package lib

import (
	"context"
	"errors"
)

var ErrBusy = errors.New("busy")

type Client struct{}

func Dial(addr string) (*Client, error) { return nil, ErrBusy }

func (*Client) Ask(q string) (string, error) { return "", ErrBusy }
func (*Client) Close() error                 { return nil }

// Join returns a context that ends with either.
func Join(a, b context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(a)
}

// Open returns a client that has a connection once it is asked, perhaps.
func Open(addr string) *Client { return &Client{} }

// Stop is a cancel function by another name.
type Stop = context.CancelFunc

func Child(ctx context.Context) (context.Context, Stop) { return context.WithCancel(ctx) }
