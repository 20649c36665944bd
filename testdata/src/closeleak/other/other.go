// Package other uses other modules.
package other

import (
	"context"

	"example.com/lib"
	"github.com/fsnotify/fsnotify"
)

// The table says that a file is behind the watcher.
func watch(path string) error {
	w, err := fsnotify.NewWatcher() // want `value with a file descriptor behind it is never closed; held by the operating system \(closeleak/never-released\)`
	if err != nil {
		return err
	}
	return w.Add(path)
}

// Nothing is known of the client.
func ask(addr string) (string, error) {
	c, err := lib.Dial(addr)
	if err != nil {
		return "", err
	}
	return c.Ask("name")
}

// What it does with the client on some ways says nothing of what is behind it.
func greet(addr string) (*lib.Client, error) {
	c, err := lib.Dial(addr)
	if err != nil {
		return nil, err
	}
	if _, err := c.Ask("name"); err != nil {
		c.Close()
		return nil, err
	}
	if _, err := c.Ask("version"); err != nil {
		return nil, err
	}
	return c, nil
}

func talk(addr string) error {
	c, err := lib.Dial(addr)
	if err != nil {
		return err
	}
	if _, err := c.Ask("name"); err != nil {
		return err
	}
	c.Close()
	return nil
}

// It closes what is broken, and keeps what is not.
func broken(c *lib.Client) error {
	if _, err := c.Ask("name"); err != nil {
		c.Close()
		return err
	}
	return nil
}

// A cancel function is to be called, whoever made it.
func join(a, b context.Context, f func(context.Context)) {
	ctx, _ := lib.Join(a, b) // want `cancel function is never called; held by its parent context \(closeleak/cancel-lost\)`
	f(ctx)
}

func child(ctx context.Context, f func(context.Context)) {
	ctx, _ = lib.Child(ctx) // want `cancel function is never called; held by its parent context \(closeleak/cancel-lost\)`
	f(ctx)
	ctx, _ = lib.Child(context.Background())
	f(ctx)
}

type task struct {
	client *lib.Client
	name   string
}

type tasks struct{ byName map[string]*task }

// So do those who have it in an object where they succeed.
func (t *tasks) start(addr, name string, check func(string) error, run func() error) error {
	c, err := lib.Dial(addr)
	if err != nil {
		return err
	}
	if err := check(name); err != nil {
		return err
	}
	if err := run(); err != nil {
		c.Close()
		return err
	}
	t.byName[name] = &task{client: c, name: name}
	return nil
}

// Nobody fails before it is closed or kept.
func (t *tasks) started(addr, name string, run func() error) error {
	c, err := lib.Dial(addr)
	if err != nil {
		return err
	}
	if err := run(); err != nil {
		c.Close()
		return err
	}
	t.byName[name] = &task{client: c, name: name}
	return nil
}
