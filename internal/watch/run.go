package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// Exit codes.
const (
	exitDone   = 0
	exitPassed = 1 // a limit
	exitFailed = 2 // there is no answer to what was asked
)

// A display tells what happens.
type display interface {
	polled(r *run, err error) // after each poll, with its error
	ended(r *run)             // at the end, if there was a profile
}

// A run is the watching of one server.
type run struct {
	*options
	poller   *poller
	findings *findings
	display  display
	stderr   io.Writer

	start    time.Time
	now      time.Time // of the last poll
	history  *history  // of the process that answers
	polls    int
	failed   int // of these
	gap      int // how many failed in a row
	answered bool
	lastErr  error
	restarts int
	fresh    bool // whether the last poll was the first after a restart
	missed   bool // whether there was a complaint about goroutines
	troubled bool // and about findings

	hook    *hook
	over    bool     // more than the limit was in use, at some time
	judged  bool     // the growth of some process
	reasons []string // why the exit code is 1
	code    int
}

// note says something on a line of its own.
func (r *run) note(format string, args ...any) {
	fmt.Fprintf(r.stderr, "memlint: watch: "+format+"\n", args...)
}

// watch polls until its time is over or ctx is cancelled, and returns the exit code.
// When hurry is done, nothing is waited for any more.
func (r *run) watch(ctx, hurry context.Context) int {
	r.start, r.history = time.Now(), newHistory()
	r.findings = find(ctx, r.options)
	defer r.findings.cancel()
	r.loop(ctx)
	if !r.answered {
		if r.lastErr == nil {
			r.lastErr = errors.New("interrupted before there was a profile")
		}
		r.note("%v", r.lastErr)
		return exitFailed
	}
	select { // a short run would end without what it was asked for
	case <-r.findings.done:
		r.tellTrouble()
	case <-ctx.Done():
	}
	r.conclude()
	r.display.ended(r)
	for _, reason := range r.reasons {
		r.note("%s", reason)
	}
	if r.hook != nil {
		if err := r.hook.finish(hurry, grace); err != nil {
			r.note("-exec: %v", err)
		}
	}
	return r.code
}

// loop polls until the time is over, ctx is cancelled, or there is no use in it.
func (r *run) loop(ctx context.Context) {
	for {
		err := r.poll(ctx)
		if isRefused(err) && !r.answered {
			return
		}
		next := r.next()
		if r.length > 0 && next.After(r.start.Add(r.length)) || !r.wait(ctx, next) {
			return
		}
	}
}

// wait waits until a time and reports whether it came before the end of ctx.
func (r *run) wait(ctx context.Context, until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	known := r.findings.done
	for {
		select {
		case <-ctx.Done():
			return false
		case <-known:
			known = nil
			r.tellTrouble()
		case <-timer.C:
			return true
		}
	}
}

// next returns when to poll next: at a multiple of the interval, so that samples
// are at even distances however long answers take.
func (r *run) next() time.Time {
	return r.start.Add(time.Since(r.start).Truncate(r.interval) + r.interval)
}

// poll polls once, and judges and tells what comes of it.
func (r *run) poll(ctx context.Context) error {
	x, err := r.poller.poll(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.now = time.Now()
	r.polls++
	if err != nil {
		r.failed++
		r.gap++
		r.lastErr = err
		if r.gap == 1 && (r.answered || !isRefused(err)) {
			r.note("%v; asking again every %v", err, r.interval)
		}
		r.display.polled(r, err)
		return err
	}
	if r.gap > 0 {
		r.note("%s answers, after %s without a profile", r.server, count(r.gap, "poll"))
	}
	r.gap, r.answered = 0, true
	if r.fresh = !r.history.isOf(x); r.fresh {
		r.restarted()
	}
	r.history.add(x)
	r.complain()
	r.check()
	r.display.polled(r, nil)
	return nil
}

// restarted begins a new history, after a judgement on the old one.
func (r *run) restarted() {
	r.restarts++
	r.poller.noLeaked = false
	r.note("%s started again", r.server)
	if r.growth.set {
		verdict, words := r.growth.judge(&r.history.heap)
		r.judged = r.judged || verdict != tooFew
		if verdict == passed {
			r.reasons = append(r.reasons, r.grew(words)+", before it started again")
		}
	}
	r.history = newHistory()
}

// complain says once what is wrong beside the heap.
func (r *run) complain() {
	if r.poller.partial != "" && !r.missed {
		r.missed = true
		r.note("%s", r.poller.partial)
	}
	if err := r.poller.unsaved; err != nil && r.code == exitDone {
		r.code = exitFailed
		r.note("profiles are not written: %v", err)
	}
}

// tellTrouble says once why there are no findings.
func (r *run) tellTrouble() {
	if text := r.findings.trouble(); text != "" && !r.troubled {
		r.troubled = true
		r.note("%s", text)
	}
}

// check starts the hook if a limit is passed now.
func (r *run) check() {
	if used := r.history.heap.last.Value; r.heap > 0 && used > float64(r.heap) && !r.over {
		r.over = true
		reason := fmt.Sprintf("%s were in use at %s, more than -fail-on-heap %s", report.Bytes(used), clock(r.now), r.heap.String())
		r.reasons = append(r.reasons, reason)
		r.alarm(reason)
	}
	if r.growth.set && len(r.command) > 0 && r.hook == nil {
		if verdict, words := r.growth.judge(&r.history.heap); verdict == passed {
			r.alarm(r.grew(words))
		}
	}
}

// grew is the reason if a heap has grown too fast.
func (r *run) grew(words string) string {
	return fmt.Sprintf("the live heap grew by %s, more than -fail-on-growth %s", words, r.growth.String())
}

// alarm starts the hook, once.
func (r *run) alarm(reason string) {
	if len(r.command) == 0 || r.hook != nil {
		return
	}
	h, err := startHook(r.command, r.variables(reason), r.stderr)
	if err != nil {
		r.note("-exec: %v", err)
		r.command = nil
		return
	}
	r.hook = h
}

// conclude judges growth over the whole run, and decides on the exit code.
func (r *run) conclude() {
	if r.growth.set {
		switch verdict, words := r.growth.judge(&r.history.heap); {
		case verdict == passed:
			r.reasons = append(r.reasons, r.grew(words))
		case verdict == unclear:
			r.note("the slope of the live heap is %s, but too uneven to call it growth; watch for longer to tell", words)
		case verdict == tooFew && !r.judged:
			r.note("-fail-on-growth: %s", words)
			r.code = exitFailed
		}
	}
	if len(r.reasons) > 0 {
		r.code = exitPassed
	}
}
