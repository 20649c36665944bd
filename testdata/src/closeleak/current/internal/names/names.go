// Package names keeps what it is given under a name.
package names

import "strconv"

var all = make(map[string]any)

// RegisterValue returns a name for a value.
func RegisterValue(v any) string {
	name := strconv.Itoa(len(all))
	all[name] = v
	return name
}

// UnregisterValue forgets the value of a name.
func UnregisterValue(name string) { delete(all, name) }
