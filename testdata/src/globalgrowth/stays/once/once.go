// Package once has growth in code that runs once.
package once

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

var words = map[string]bool{}

func init() {
	file, err := os.Open("words")
	if err != nil {
		return
	}
	for s := bufio.NewScanner(file); s.Scan(); {
		words[s.Text()] = true // a file ends
	}
}

var (
	load   sync.Once
	loaded = map[string]int{}
)

func Load(keys []string) {
	load.Do(func() {
		for i, k := range keys {
			loaded[k] = i
		}
	})
}

type dictionary struct {
	once    sync.Once
	entries map[string]string
	index   map[string]int
	built   bool
	lazy    []string
}

var english dictionary

func (d *dictionary) fill(from map[string]string) {
	d.once.Do(func() {
		d.entries = make(map[string]string)
		for k, v := range from {
			d.entries[k] = v
		}
	})
}

func (d *dictionary) build(from []string) {
	if d.built {
		return
	}
	d.built = true
	for i, w := range from {
		d.index[w] = i
	}
}

func (d *dictionary) words(from []string) []string {
	if d.lazy == nil {
		for _, w := range from {
			d.lazy = append(d.lazy, w)
		}
	}
	return d.lazy
}

func Fill(from map[string]string) { english.fill(from) }
func Build(from []string)         { english.build(from) }
func Words(from []string)         { english.words(from) }

var (
	search sync.Once
	found  []string
)

// Devices has a handler look for what there is, once.
func Devices(w http.ResponseWriter, r *http.Request) {
	search.Do(look)
	io.WriteString(w, strings.Join(found, "\n"))
}

func look() {
	names, _ := filepath.Glob("/dev/video*")
	for _, name := range names {
		found = append(found, name)
	}
}
