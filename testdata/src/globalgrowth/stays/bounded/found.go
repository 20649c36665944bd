package bounded

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
)

var (
	locks = map[string]*sync.Mutex{}
	views = map[string]int{}
	slots = map[int]string{}
)

// File has a lock for each file that there is.
func File(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	f, err := os.Open(name)
	if err != nil {
		views[name]++ // want `map gets keys and never loses any; held by package variable views`
		return
	}
	defer f.Close()
	if locks[name] == nil {
		locks[name] = new(sync.Mutex)
	}
	_, _ = io.Copy(w, f)
}

// Slot is one of eight.
func Slot(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.RawQuery)
	if err != nil || n < 0 || n >= 8 {
		return
	}
	slots[n] = r.URL.Path
}
