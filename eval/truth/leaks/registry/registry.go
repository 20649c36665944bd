// Package registry keeps data by name, for package leaks.
package registry

import "sync"

var (
	mu      sync.Mutex
	configs = make(map[string][]byte)
)

// RegisterConfig keeps a config until its name is given to UnregisterConfig.
func RegisterConfig(name string, config []byte) {
	mu.Lock()
	defer mu.Unlock()
	configs[name] = config
}

// Config returns what was registered by a name.
func Config(name string) []byte {
	mu.Lock()
	defer mu.Unlock()
	return configs[name]
}

// UnregisterConfig undoes RegisterConfig.
func UnregisterConfig(name string) {
	mu.Lock()
	defer mu.Unlock()
	delete(configs, name)
}
