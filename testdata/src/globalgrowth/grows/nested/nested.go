// Package nested has containers in containers.
package nested

import "net/http"

var usage = map[string]map[string]int{}

// Use grows the outer and the inner map: one leak.
func Use(tenant, what string) {
	if _, ok := usage[tenant]; !ok {
		usage[tenant] = make(map[string]int) // want `package variable usage`
	}
	usage[tenant][what]++
}

type shard struct{ keys map[string]bool }

var shards [8]shard

// Put grows a map in one of a few elements.
func Put(n int, key string) {
	s := &shards[n%len(shards)]
	if s.keys == nil {
		s.keys = make(map[string]bool)
	}
	s.keys[key] = true // want `package variable shards -> keys`
}

func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Use(r.FormValue("tenant"), "x")
	Put(1, r.FormValue("key"))
}
