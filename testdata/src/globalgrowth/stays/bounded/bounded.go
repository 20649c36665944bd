// Package bounded has growth with a bound.
package bounded

import (
	"reflect"
	"sync"
)

type color int

const (
	red color = iota
	green
)

var byColor = map[color]int{}

func Paint(c color) { byColor[c]++ }

var _ = []color{red, green}

var byLetter = map[byte]string{}

func Letter(b byte, s string) { byLetter[b] = s }

var decoders sync.Map

func Decoder(v any) any {
	d, _ := decoders.LoadOrStore(reflect.TypeOf(v), new(int))
	return d
}

var buckets = map[uint32]int{}

func Hash(h uint32) { buckets[h%64]++ }

var methods = map[string]int{}

func Method(m string) {
	switch m {
	case "GET", "PUT":
		methods[m]++
	}
}

var known = map[string]int{"a": 0}

func Known(s string) {
	if _, ok := known[s]; ok {
		known[s]++
	}
}

var cache = map[string]string{}

func Cached(k string) string {
	v, ok := cache[k]
	if !ok {
		if len(cache) > 500 {
			return k + k
		}
		v = k + k
		cache[k] = v
	}
	return v
}

var recent []string

func Recent(s string) {
	recent = append(recent, s)
	if len(recent) > 10 {
		recent = recent[1:]
	}
}
