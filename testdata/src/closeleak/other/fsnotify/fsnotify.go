// Package fsnotify stands for the one of that name, which the table of other modules knows.
package fsnotify

type Watcher struct{ Events chan string }

func NewWatcher() (*Watcher, error) { return &Watcher{}, nil }

func (*Watcher) Add(string) error { return nil }
func (*Watcher) Close() error     { return nil }
