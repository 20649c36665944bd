package other

import "github.com/fsnotify/fsnotify"

// Fine: a method of another module has it.
func run() error {
	l := new(fsnotify.Loop)
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	l.Watcher = w
	l.Run()
	return nil
}

// Nobody has it but the function.
func keep() error {
	l := new(fsnotify.Loop)
	w, err := fsnotify.NewWatcher() // want `never closed`
	if err != nil {
		return err
	}
	l.Watcher = w
	return nil
}
