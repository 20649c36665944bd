// Package fsnotify stands for the one of that name, which the table of other modules knows.
package fsnotify

type Watcher struct{ Events chan string }

func NewWatcher() (*Watcher, error) { return &Watcher{}, nil }

func (*Watcher) Add(string) error { return nil }
func (*Watcher) Close() error     { return nil }

// A Loop has a watcher.
type Loop struct{ Watcher *Watcher }

// Run closes the watcher when it is done.
func (l *Loop) Run() { l.Watcher.Close() }
