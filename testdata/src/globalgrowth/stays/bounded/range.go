package bounded

import (
	"net/http"
	"strconv"
)

var slots = map[int]string{}

// Slot is one of eight.
func Slot(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.RawQuery)
	if err != nil || n < 0 || n >= 8 {
		return
	}
	slots[n] = r.URL.Path
}
