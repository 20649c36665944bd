package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "kill processes more often, and analyse more packages")

// often returns n, and more with -long.
func often(n, more int) int {
	if *long {
		return more
	}
	return n
}

// leaky returns a module with leaks in n packages, each of which imports another one,
// that fixes can be applied to.
func leaky(t *testing.T, n int) *machine {
	m := newMachine(t)
	for i := range n {
		write(t, m.dir, fmt.Sprintf("p%d/a.go", i), leakyPackage(i))
	}
	return m
}

func leakyPackage(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package p%d\n\nimport \"os\"\n\n", i)
	if i > 0 {
		fmt.Fprintf(&b, "import up \"example.com/m/p%d\"\n\n", i/2)
	}
	fmt.Fprint(&b, "func F(name string) error {\n\tf, err := os.Open(name)\n\tif err != nil {\n\t\treturn err\n\t}\n\t_, err = f.Read(make([]byte, 1))\n")
	if i > 0 {
		b.WriteString("\tup.F(name)\n")
	}
	b.WriteString("\treturn err\n}\n")
	return b.String()
}

// kill runs a process and kills it after a time, or lets it end before.
func kill(t *testing.T, cmd *exec.Cmd, after time.Duration) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	cmd.Wait()
}

// killWhen runs a process and kills it as soon as something is so.
func killWhen(t *testing.T, cmd *exec.Cmd, so func() bool) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() {
		cmd.Wait()
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return
		default:
			if so() {
				cmd.Process.Kill()
				<-ended
				return
			}
		}
	}
}

// lasts returns how long a run takes with an empty cache.
func (m *machine) lasts(args ...string) time.Duration {
	start := time.Now()
	cmd := m.command(args...)
	cmd.Env = append(cmd.Env, "MEMLINT_CACHE="+m.t.TempDir())
	printed(cmd)
	return time.Since(start)
}

// TestKilled checks that a run that is killed, at whatever moment, hides or changes
// nothing of what the next one finds with what it has left.
func TestKilled(t *testing.T) {
	m := leaky(t, 8)
	want := m.fresh("-latent", "./...")
	if !strings.Contains(want, "closeleak/never-released") {
		t.Fatalf("no findings:\n%s", want)
	}
	most := m.lasts("-latent", "./...")
	for range often(4, 200) {
		after := rand.N(most)
		kill(t, m.command("-latent", "./..."), after)
		m.entries() // are whole
		if got := m.run("-latent", "./..."); got != want {
			t.Fatalf("after a run that was killed after %v, another one prints\n%s\nwithout a cache\n%s", after, got, want)
		}
		if rand.N(3) > 0 {
			m.run("-cache-clean")
		}
	}
}

// TestKilledWriting checks that whatever moment a run is killed at, the files that it
// writes, or fixes, are those from before, or whole.
func TestKilledWriting(t *testing.T) {
	const n = 6
	whole := leaky(t, n)
	whole.run("-fix", "-html", "report.html", "./...")
	m := leaky(t, n)
	m.run("./...")
	m.run("-write-baseline", "known.json", "./...")
	known := read(t, m.dir, "known.json")
	os.Remove(filepath.Join(m.dir, "known.json"))
	most := m.lasts("./...")
	// Writing takes no time: most are killed when they begin.
	writing := func() bool {
		for _, pattern := range []string{"*/.memlint-*", ".memlint-*", "report.html", "known.json"} {
			if names, _ := filepath.Glob(filepath.Join(m.dir, pattern)); len(names) > 0 {
				return true
			}
		}
		return false
	}
	strike := func(args ...string) {
		left, _ := filepath.Glob(filepath.Join(m.dir, "*", ".memlint-*"))
		here, _ := filepath.Glob(filepath.Join(m.dir, ".memlint-*"))
		for _, name := range append(left, here...) {
			os.Remove(name)
		}
		if rand.N(3) == 0 {
			kill(t, m.command(args...), rand.N(most))
		} else {
			killWhen(t, m.command(args...), writing)
		}
	}
	for range often(4, 200) {
		for i := range n {
			write(t, m.dir, fmt.Sprintf("p%d/a.go", i), leakyPackage(i))
		}
		strike("-html", "report.html", "./...")
		page := read(t, m.dir, "report.html")
		os.Remove(filepath.Join(m.dir, "report.html"))
		strike("-write-baseline", "known.json", "./...")
		list := read(t, m.dir, "known.json")
		os.Remove(filepath.Join(m.dir, "known.json"))
		strike("-fix", "./...")
		if page != "" && !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
			t.Fatalf("half a page: %q", page)
		}
		if list != "" && list != known {
			t.Fatalf("half a baseline: %q", list)
		}
		for i := range n {
			name := fmt.Sprintf("p%d/a.go", i)
			if got := read(t, m.dir, name); got != leakyPackage(i) && got != read(t, whole.dir, name) {
				t.Fatalf("%s is half fixed:\n%s", name, got)
			}
		}
		if got, want := m.run("./..."), m.fresh("./..."); got != want {
			t.Fatalf("afterwards, a run prints\n%s\nwithout a cache\n%s", got, want)
		}
	}
}

// read returns the text of a file, "" if there is none.
func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// TestTogetherWithEdits checks that processes that share a cache, on modules that differ
// and change, find what they find alone.
func TestTogetherWithEdits(t *testing.T) {
	const n = 8
	cache := filepath.Join(t.TempDir(), "cache")
	var wg sync.WaitGroup
	// One folder for two processes each: the key of what is kept has names of files.
	for range n / 2 {
		m := leaky(t, 4)
		m.cache = cache
		rounds := often(2, 20)
		wg.Go(func() {
			for round := range rounds {
				want := m.fresh("./...")
				var both sync.WaitGroup
				for range 2 {
					both.Go(func() {
						if got := m.run("./..."); got != want {
							t.Errorf("a run with others prints\n%s\nalone\n%s", got, want)
						}
					})
				}
				both.Wait()
				name := fmt.Sprintf("p%d/a.go", round%4)
				text := leakyPackage(round % 4)
				if rand.N(2) == 0 {
					text = strings.Replace(text, "\t_, err = f.Read", "\tdefer f.Close()\n\t_, err = f.Read", 1)
				} else {
					text = "// Package p is edited.\n" + text
				}
				if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o666); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestFull checks that a run says so, and fails, if what it prints or writes is lost,
// whatever its exit code would be otherwise.
func TestFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no device that is full: ", err)
	}
	defer full.Close()
	m := leaky(t, 1)
	for _, args := range [][]string{{"./..."}, {"-json", "./..."}, {"-sarif", "./..."}, {"-github", "./..."}, {"-diff", "./..."},
		{"-q", "-json", "./..."}, {"-V"}, {"help"}, {"explain", "timerleak"}, {"completion", "bash"}} {
		cmd := m.command(args...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.HasPrefix(stderr.String(), "memlint: standard output: not written: ") {
			t.Errorf("%v: exit code %d, standard error is\n%s", args, code, &stderr)
		}
	}
	for _, args := range [][]string{{"-html", "/dev/full", "./..."}, {"-write-baseline", "/dev/full", "./..."}} {
		if got := m.run(args...); !strings.Contains(got, "/dev/full: not written: ") || !strings.HasSuffix(got, "exit status 2") {
			t.Errorf("%v prints\n%s", args, got)
		}
	}
	// A cache that is full keeps nothing, and takes nothing away.
	want := m.fresh("./...")
	m.cache = "/dev/full/cache"
	for range 2 {
		if got := m.run("./..."); got != want {
			t.Errorf("with a cache that is full, a run prints\n%s\nwithout one\n%s", got, want)
		}
	}
}

// TestLimited checks the same where files may have some length and no more.
func TestLimited(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS == "windows" {
		t.Skip("no shell to set a limit")
	}
	m := leaky(t, 1)
	want := m.fresh("./...")
	before := read(t, m.dir, "p0/a.go")
	limited := func(blocks string, args ...string) string {
		cmd := m.command(args...)
		// The signal would kill the process, as SIGKILL does.
		cmd.Args = append([]string{"sh", "-c", "trap '' XFSZ; ulimit -f " + blocks + " && exec \"$0\" \"$@\"", cmd.Path}, cmd.Args[1:]...)
		cmd.Path = lookPath(t, "sh")
		return printed(cmd)
	}
	for _, blocks := range []string{"0", "8"} {
		m.cache = filepath.Join(t.TempDir(), "cache")
		if got := limited(blocks, "./..."); got != want && !isOneLine(got) {
			t.Errorf("with files of at most %s blocks, a run prints\n%s\nelse\n%s", blocks, got, want)
		}
		if got := m.run("./..."); got != want {
			t.Errorf("after it, a run prints\n%s\nelse\n%s", got, want)
		}
	}
	for _, args := range [][]string{{"-html", "report.html", "./..."}, {"-write-baseline", "known.json", "./..."}} {
		name := args[1]
		write(t, m.dir, name, "before")
		if got := limited("0", args...); !strings.Contains(got, "memlint: ") || !strings.HasSuffix(got, "exit status 2") {
			t.Errorf("%v with no place for it prints\n%s", args, got)
		}
		if got := read(t, m.dir, name); got != "before" {
			t.Errorf("%v with no place for it leaves %q", args, got)
		}
	}
	got := limited("0", "-fix", "./...")
	if !strings.HasSuffix(got, "exit status 2") || read(t, m.dir, "p0/a.go") != before {
		t.Errorf("a fix with no place for it prints\n%s", got)
	}
	for _, pattern := range []string{".memlint-*", "*/.memlint-*"} {
		if left, _ := filepath.Glob(filepath.Join(m.dir, pattern)); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	}
}

// isOneLine reports whether a run printed an error, and nothing else.
func isOneLine(printed string) bool {
	line, code, _ := strings.Cut(printed, "\n")
	return strings.HasPrefix(line, "memlint: ") && code == "exit status 2"
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReadOnly checks that findings do not depend on folders that cannot be written.
func TestReadOnly(t *testing.T) {
	m := leaky(t, 1)
	want := m.fresh("./...")
	file := filepath.Join(m.dir, "file")
	if err := os.WriteFile(file, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	// No folder can be made below a file, whoever the user is.
	for _, dir := range []string{folder, filepath.Join(file, "cache"), filepath.Join(m.dir, "nowhere", "tmp")} {
		for _, env := range [][]string{{"MEMLINT_CACHE=" + dir}, {"TMPDIR=" + dir}, {"MEMLINT_CACHE=" + dir, "TMPDIR=" + dir}} {
			cmd := m.command("./...")
			cmd.Env = append(cmd.Env, env...)
			if got := printed(cmd); got != want {
				t.Errorf("with %v, a run prints\n%s\nelse\n%s", env, got, want)
			}
		}
	}
	cmd := m.command("./...")
	cmd.Env = append(cmd.Env, "GOCACHE="+filepath.Join(file, "cache"))
	if got := printed(cmd); got != want && !isOneLine(got) {
		t.Errorf("without a build cache, a run prints\n%s", got)
	}
}

// TestManyPackages checks that time and memory grow as the number of packages does.
func TestManyPackages(t *testing.T) {
	small, large := often(100, 2500), often(300, 10_000)
	var took []time.Duration
	var memory []int64
	for _, n := range []int{small, large} {
		m := leaky(t, n)
		cmd := m.command("-q", "./...")
		start := time.Now()
		out := printed(cmd)
		took = append(took, time.Since(start))
		memory = append(memory, maxMemory(cmd.ProcessState))
		if got := strings.Count(out, "closeleak/never-released"); got != n {
			t.Errorf("%d findings in %d packages:\n%.1000s", got, n, out)
		}
	}
	t.Logf("%d and %d packages: %v, %d bytes", small, large, took, memory)
	// Twice as much for each of them is not linear, at any speed.
	most := 2 * float64(large) / float64(small)
	if *long && float64(took[1]) > most*float64(took[0]) {
		t.Errorf("%d packages take %v, and %d take %v", small, took[0], large, took[1])
	}
	if float64(memory[1]) > most*float64(memory[0]) {
		t.Errorf("%d packages take %d bytes, and %d take %d", small, memory[0], large, memory[1])
	}
}
