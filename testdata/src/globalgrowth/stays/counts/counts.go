// Package counts fills maps in loops that count, and from files.
package counts

import (
	"bufio"
	"os"
	"strconv"
)

const first, last = 0xb201, 0xb240

var sizes, years, steps = map[string]int{}, map[string]int{}, map[string]int{}

func init() {
	for c := uint64(first); c <= last; c++ {
		sizes["size"+strconv.FormatUint(c, 10)] = 1 // these are few
	}
	for y := 0; y < 2600; y += 100 {
		years[strconv.Itoa(y)] = y // so are these
	}
	for n := 1000; n < 3000; n++ {
		steps[strconv.Itoa(n)] = n // want `map gets keys and never loses any; held by package variable steps`
	}
}

var options = map[string]bool{}

func config() (*os.File, error) {
	if f, err := os.Open("local.conf"); err == nil {
		return f, nil
	}
	return os.Open("default.conf")
}

func init() {
	f, err := config()
	if err != nil {
		return
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		options[s.Text()] = true // a file ends, whoever opens it
	}
}
