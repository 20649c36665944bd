package summary

import (
	"io"
	"time"
)

// Released directly, deferred, in a literal, through a method value:
// effects(method p0 Stop)
func stop(t *time.Ticker) { t.Stop() }

// effects(method p0 Stop)
func stopLater(t *time.Ticker) { defer t.Stop() }

// effects(method p0 Stop)
func stopInLiteral(t *time.Ticker) {
	func() { t.Stop() }()
}

// effects(method p0 Stop)
func stopInDeferred(t *time.Ticker) {
	defer func() { t.Stop() }()
}

// effects(method p0 Stop)
func stopByValue(t *time.Ticker) {
	f := t.Stop
	f()
}

// effects(method p0 Stop)
func stopByVariable(t *time.Ticker) {
	f := func(u *time.Ticker) { u.Stop() }
	f(t)
}

// Through helpers, a field, an element, an interface:
// effects(method p0 Stop, arg p0 stopLater)
func stopByHelper(t *time.Ticker) { stopLater(t) }

// effects(method p0.t Stop)
func (o *owner) close() { o.t.Stop() }

// effects(method p0 close, method p0.t Stop)
func closeByMethod(o *owner) { o.close() }

// effects(method p0.list[] Stop)
func (o *owner) closeAll() {
	for _, t := range o.list {
		t.Stop()
	}
}

// effects(method p0 Close)
func closeAny(c io.Closer) error { return c.Close() }

type stopper interface{ Stop() }

// effects(method p0 Stop)
func stopAny(t *time.Ticker) {
	var s stopper = t
	s.Stop()
}

// effects(arg p0 removeTicker, escape p0, method p1 removeTicker)
func takeOff(t *time.Ticker, from interface{ removeTicker(*time.Ticker) }) {
	from.removeTicker(t)
}

// On a goroutine of its own:
// effects(go method p0 Stop)
func stopElsewhere(t *time.Ticker) {
	go func() {
		time.Sleep(time.Second)
		t.Stop()
	}()
}

// In what is returned:
// effects(return p0 -> r0[])
func stopLaterByValue(t *time.Ticker) func() { return t.Stop }

// Methods that do not release, by their name, are no effects:
// effects()
func look(o *owner) int { return o.len() }

func (o *owner) len() int { return len(o.list) }
