package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/gopls/internal/test/integration/fake"
)

var (
	benchDir  = flag.String("gopls.dir", filepath.Join("..", "examples", "leaky"), "module for BenchmarkOpen")
	benchFile = flag.String("gopls.file", "main.go", "a file of it, with slashes")
)

// BenchmarkOpen opens a file of the module of -gopls.dir in gopls v0.23.0 as it
// is, and in that with memlint inside: at first, and when gopls has kept what it
// found out. It says how long gopls takes from its start to its answer what it
// finds in the file, and from an edit to the next such answer; how much processor
// time it needs, and how much memory at most.
func BenchmarkOpen(b *testing.B) {
	dir, err := filepath.Abs(*benchDir)
	if err != nil {
		b.Fatal(err)
	}
	plain := filepath.Join(b.TempDir(), "gopls")
	if err := compile(".", plain, "golang.org/x/tools/gopls"); err != nil {
		b.Fatal(err)
	}
	for _, p := range []struct{ name, file string }{
		{"plain", plain},
		{"memlint", builds[0].program(b)},
	} {
		cache := b.TempDir()
		for _, state := range []string{"cold", "warm"} {
			b.Run(p.name+"/"+state, func(b *testing.B) {
				for b.Loop() {
					measureOpen(b, p.file, cache, dir, *benchFile)
				}
			})
		}
	}
}

func measureOpen(b *testing.B, program, cache, dir, file string) {
	folder, err := fake.NewSandbox(&fake.SandboxConfig{RootDir: b.TempDir(), Workdir: dir})
	if err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command("go", "env", "-json", "GOPATH", "GOMODCACHE", "GOPROXY", "GOSUMDB").Output()
	if err != nil {
		b.Fatal(err)
	}
	var config fake.EditorConfig
	if err := json.Unmarshal(out, &config.Env); err != nil {
		b.Fatal(err)
	}
	gopls := exec.Command(program)
	gopls.Env = append(gopls.Environ(), "GOPLSCACHE="+cache)

	begin := time.Now()
	s := start(b, gopls, folder, config)
	s.open(file)
	ask := func(metric string) {
		if _, err := s.Diagnostics(s.ctx, file); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(begin).Seconds(), metric)
	}
	ask("s/open")
	begin = time.Now()
	// An edit of which gopls has kept nothing.
	edit := fmt.Sprintf("\nconst _ = %d\n", begin.UnixNano())
	if err := s.SetBufferContent(s.ctx, file, s.text(file)+edit); err != nil {
		b.Fatal(err)
	}
	ask("s/edit")
	s.end()
	state := s.gopls.ProcessState
	b.ReportMetric((state.UserTime() + state.SystemTime()).Seconds(), "s/processors")
	b.ReportMetric(float64(state.SysUsage().(*syscall.Rusage).Maxrss)/1024, "MB") // Linux counts in KB
}
