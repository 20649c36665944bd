package monitor_test

import (
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/memlint/memlint/monitor"
)

// A server keeps profiles of each hour, and makes others when its memory gets scarce.
func Example() {
	m, err := monitor.Start(monitor.Options{
		Dir:   "/var/lib/chat/profiles",
		Every: time.Hour,
		OnHigh: func(s monitor.Sample) {
			log.Printf("%d of %d bytes in use, %d goroutines", s.Live, s.Limit, s.Goroutines)
		},
	})
	if err != nil {
		log.Print(err)
		return
	}
	defer m.Close()
	log.Print(http.ListenAndServe("localhost:8080", nil))
}

// What OnHigh is told, and what is in the folder then.
func ExampleStart() {
	dir, err := os.MkdirTemp("", "profiles")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(64 << 20))
	cache := make([]byte, 40<<20)
	runtime.GC() // the live heap is known only after a collection

	near := make(chan monitor.Sample, 1)
	m, err := monitor.Start(monitor.Options{
		Dir:      dir,
		Interval: 10 * time.Millisecond,
		Share:    0.5,
		OnHigh:   func(s monitor.Sample) { near <- s },
	})
	if err != nil {
		log.Fatal(err)
	}
	s := <-near
	m.Close()
	runtime.KeepAlive(cache)

	fmt.Printf("%.0f %% of %d MiB\n", 10*math.Floor(10*s.Share()), s.Limit>>20)
	profiles, err := os.ReadDir(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range profiles {
		if kind, _, _ := strings.Cut(p.Name(), "-"); kind != "goroutineleak" {
			fmt.Println(kind)
		}
	}
	// Output:
	// 60 % of 64 MiB
	// goroutine
	// heap
}
