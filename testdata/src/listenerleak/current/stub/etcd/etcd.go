// Package clientv3 imitates the declarations of the module that the cases use.
package clientv3

import "context"

type Client struct{ Watcher }

type Watcher interface {
	Watch(ctx context.Context, key string) WatchChan
}

type WatchChan <-chan WatchResponse

type WatchResponse struct{ Events []string }

func (*Client) Close() error
