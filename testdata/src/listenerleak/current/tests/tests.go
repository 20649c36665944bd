// Package tests registers listeners in its tests.
package tests

import "example.com/listeners/bus"

// A Watcher is told of changes.
type Watcher interface{ Restart(cfg *bus.Config) }
