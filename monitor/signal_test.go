//go:build unix

package monitor

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignal checks that a signal makes a dump, and that it has its own effect again
// after Close, which for this one is to end the process.
func TestSignal(t *testing.T) {
	const child = "MONITOR_TEST_DIR"
	dir := os.Getenv(child)
	if dir == "" {
		dir = t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^TestSignal$")
		cmd.Env = append(os.Environ(), child+"="+dir)
		out, err := cmd.CombinedOutput()
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
			t.Errorf("the process ends with %v, not by the signal\n%s", err, out)
		}
		if got := heaps(t, dir); len(got) != len("00:00") {
			t.Errorf("heap profiles are of %q, want one", got)
		}
		return
	}
	m, err := start(Options{Dir: dir, Signal: syscall.SIGTERM}, percent(0))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	raise := func() {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	raise()
	for range 1000 {
		if found, _ := filepath.Glob(filepath.Join(dir, "goroutine-*Z.pb.gz")); len(found) > 0 {
			m.Close()
			raise()
		}
		time.Sleep(10 * time.Millisecond)
	}
}
