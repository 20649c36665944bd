package once

import (
	"sync"
	"time"
)

// collector is made once.
type collector struct {
	start sync.Once
	seen  int
}

var (
	defaultCollector *collector
	setUpMetrics     sync.Once
)

func newCollector() *collector { return &collector{seen: 1} }

func metrics() { defaultCollector = newCollector() }

// Collect makes the collector.
func Collect() {
	setUpMetrics.Do(metrics)
	defaultCollector.Collect()
}

// Fine: there is one collector, and it starts one goroutine.
func (c *collector) Collect() { c.start.Do(func() { go c.run() }) }

func (c *collector) run() {
	for range time.Tick(time.Minute) {
		c.seen++
	}
}

// poller is kept in a variable, too, but made for others as well.
type poller struct {
	start sync.Once
	seen  int
}

var defaultPoller = newPoller()

func newPoller() *poller { return &poller{} }

// Poller returns one for whoever wants one.
func Poller() *poller { return newPoller() }

// Leaks: there may be many.
func (p *poller) Poll() { p.start.Do(func() { go p.run() }) }

func (p *poller) run() {
	for range time.Tick(time.Minute) { // want `goroutine waits for the ticker in a loop that never ends.*, latent`
		p.seen++
	}
}
