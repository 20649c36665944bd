//go:build unix

package monitor

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignal checks that a signal makes a dump.
func TestSignal(t *testing.T) {
	dir := t.TempDir()
	m, err := start(Options{Dir: dir, Signal: syscall.SIGUSR1, OnError: func(err error) { t.Error(err) }}, percent(0))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if found, _ := filepath.Glob(filepath.Join(dir, "goroutine-*Z.pb.gz")); len(found) == 1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the folder has %q, want a dump", list(t, dir))
}
