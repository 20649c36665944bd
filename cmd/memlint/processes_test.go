package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// analysing is a command that takes a second, finds something and keeps
// what it finds: the standard library is there, and compiled before.
var analysing = []string{"-tests=false", "-latent", "encoding/...", "net/..."}

// A machine is what processes of memlint share.
type machine struct {
	t     *testing.T
	dir   string // of a module
	cache string
}

func newMachine(t *testing.T) *machine {
	m := &machine{t, t.TempDir(), filepath.Join(t.TempDir(), "cache")}
	write(t, m.dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
	return m
}

// command returns a process of memlint that waits to be started.
func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.Command(memlintPath(m.t), args...)
	cmd.Dir = m.dir
	cmd.Env = append(cmd.Environ(), "GOFLAGS=", "GOWORK=off", "GOMAXPROCS=1", "MEMLINT_CACHE="+m.cache)
	return cmd
}

// run returns what a process prints, with its exit code at the end.
func (m *machine) run(args ...string) string {
	return printed(m.command(args...))
}

func printed(cmd *exec.Cmd) string {
	out, err := cmd.CombinedOutput()
	if err != nil {
		out = append(out, err.Error()...)
	}
	return string(out)
}

// fresh returns what a process prints that knows nothing of others.
func (m *machine) fresh(args ...string) string {
	cmd := m.command(args...)
	cmd.Env = append(cmd.Env, "MEMLINT_CACHE=off")
	return printed(cmd)
}

// entries returns how many packages something is kept of, and fails the test if
// it is not whole.
func (m *machine) entries() int {
	m.t.Helper()
	n := 0
	err := filepath.WalkDir(m.cache, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "trimmed" {
			return err
		}
		if strings.HasPrefix(d.Name(), "new-") {
			return nil // was being written when its process was killed, and goes with time
		}
		n++
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum, data := data[:min(len(data), sha256.Size)], data[min(len(data), sha256.Size):]
		if actual := sha256.Sum256(data); !bytes.Equal(sum, actual[:]) || len(d.Name()) != 2*sha256.Size {
			m.t.Errorf("%s is not a whole entry", name)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		m.t.Fatal(err)
	}
	return n
}

// TestTogether checks that processes that share a cache all tell everything, also
// while others empty it.
func TestTogether(t *testing.T) {
	m := newMachine(t)
	want := m.fresh(analysing...)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 2 {
				if got := m.run(analysing...); got != want {
					t.Errorf("a run at the same time prints\n%s\nalone\n%s", got, want)
				}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			time.Sleep(200 * time.Millisecond)
			if got := m.run("-cache-clean"); got != "" {
				t.Errorf("-cache-clean prints\n%s", got)
			}
		}
	})
	wg.Wait()
	if m.entries() == 0 {
		t.Error("nothing is kept")
	}
	if got := m.run(analysing...); got != want {
		t.Errorf("afterwards a run prints\n%s\nwithout the cache\n%s", got, want)
	}
}

// TestInterrupted checks that a run that is interrupted says so and leaves what
// the next one can use.
func TestInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted")
	}
	m := newMachine(t)
	cmd := m.command(analysing...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); m.kept() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			cmd.Process.Kill()
			t.Fatal("nothing is kept")
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 2 || out.String() != "memlint: interrupted\n" {
		t.Errorf("exit code %d, it prints\n%s", code, &out)
	}
	before := m.entries()
	if got, want := m.run(analysing...), m.fresh(analysing...); got != want {
		t.Errorf("the next run prints\n%s\nwithout the cache\n%s", got, want)
	}
	if after := m.entries(); before >= after {
		t.Errorf("%d packages were kept of the first run, %d of both", before, after)
	}
}

// kept returns how many files there are in the cache.
func (m *machine) kept() int {
	names, _ := filepath.Glob(filepath.Join(m.cache, "??", "*"))
	return len(names)
}

// TestBrokenPipe checks that a run of which nobody reads the findings hides none
// from the next one.
func TestBrokenPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal tells of a pipe that is broken")
	}
	m := newMachine(t)
	write(t, m.dir, "a.go", "package m\n\nimport \"time\"\n\nfunc F(f func()) {\n\tt := time.NewTicker(1)\n\tgo func() { for range t.C { f() } }()\n}\n")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := m.command()
	cmd.Stdout = w
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
		t.Errorf("the first run ends with %v", err)
	}
	w.Close()
	if m.entries() == 0 {
		t.Error("nothing is kept")
	}
	want := m.fresh()
	for range 2 {
		if got := m.run(); got != want {
			t.Errorf("the next run prints\n%s\nwithout the cache\n%s", got, want)
		}
	}
}
