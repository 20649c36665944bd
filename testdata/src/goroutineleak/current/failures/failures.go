// Package failures has functions that say by an error whether others have started.
package failures

import (
	"errors"
	"fmt"
	"os"
)

var errBusy = errors.New("busy")

// A Pool runs tasks.
type Pool struct {
	queue chan func()
	serve bool
}

func (p *Pool) submit(task func()) error {
	if !p.serve {
		go task()
		return nil
	}
	select {
	case p.queue <- task:
		return nil
	default:
		return errBusy
	}
}

// Run is fine: what is busy says so.
func (p *Pool) Run(task func()) error {
	done := make(chan struct{})
	err := p.submit(func() {
		defer close(done)
		task()
	})
	if err != nil {
		return err
	}
	<-done
	return nil
}

func start(name string, set func() error, run func()) error {
	started := make(chan error)
	go func() {
		if name == "" {
			started <- fmt.Errorf("bad name %q", name)
			return
		}
		if err := set(); err != nil {
			started <- os.NewSyscallError("set", err)
			return
		}
		if err := set(); err != nil {
			started <- &os.PathError{Op: "set", Path: name, Err: err}
			return
		}
		close(started)
		run()
	}()
	return <-started
}

// Started is fine: the function runs, unless that it does not has been told.
func Started(name string, set, run func() error) error {
	done := make(chan error)
	if err := start(name, set, func() { done <- run() }); err != nil {
		return err
	}
	return <-done
}

func begin(name string, run func()) error {
	if name == "" {
		return nil
	}
	go run()
	return nil
}

// Begun hangs: without a name nothing runs.
func Begun(name string, run func() error) error {
	done := make(chan error)
	if err := begin(name, func() { done <- run() }); err != nil {
		return err
	}
	return <-done // want `may wait for ever to receive from done`
}

// Crash is fine: the process ends with the panic that nobody can recover from, and who waits is
// in its report.
func Crash(run func() error) {
	go func() {
		if err := run(); err != nil {
			go panic(err)
			select {}
		}
	}()
}

// Stay hangs where the panic is another one's.
func Stay(run func() error) {
	go func() { // want `goroutine may wait for ever`
		if run() != nil {
			select {}
		}
	}()
}
