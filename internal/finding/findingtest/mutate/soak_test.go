package mutate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/finding/findingtest/mutate"
)

func TestSoak(t *testing.T) {
	mins, _ := strconv.Atoi(os.Getenv("SOAK"))
	if mins == 0 {
		t.Skip()
	}
	seed, _ := strconv.ParseUint(os.Getenv("SOAK_SEED"), 10, 64)
	rng := rand.New(rand.NewPCG(seed, 7))
	os.Setenv("MEMLINT_CACHE", t.TempDir())
	session, err := driver.NewSession(driver.Suite{Analyzers: memlint.Analyzers()}, []string{
		"-latent", "-config=", "-tests=false", "-readall.on", "-timerleak.collectable", "-closurecapture.min-bytes=1", "-subsliceleak.min-bytes=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	dirs := folders(t)
	end := time.Now().Add(time.Duration(mins) * time.Minute)
	n, bad := 0, 0
	for time.Now().Before(end) {
		dir := dirs[rng.IntN(len(dirs))]
		pkg, err := mutate.Load(dir, os.Environ())
		if err != nil {
			t.Log(err)
			continue
		}
		for range 12 {
			name := pkg.Files[rng.IntN(len(pkg.Files))]
			choices := make([]byte, 3*(1+rng.IntN(10)))
			for i := range choices {
				choices[i] = byte(rng.Uint32())
			}
			src := pkg.Mutant(name, choices)
			n++
			start := time.Now()
			stop := time.AfterFunc(patience, func() { panic(fmt.Sprintf("%s takes longer than %v:\n%s", name, patience, src)) })
			problem := fix(session, dir, map[string][]byte{name: src})
			stop.Stop()
			if d := time.Since(start); d > 8*time.Second {
				fmt.Println("SLOW", d, name)
				os.WriteFile(fmt.Sprintf("/tmp/soak/slow-%d-%d.go", seed, n), src, 0o666)
			}
			if problem != "" {
				bad++
				fmt.Printf("BAD %d %s: %.300s\n", n, name, problem)
				os.WriteFile(fmt.Sprintf("/tmp/soak/%d-%d.go", seed, n), src, 0o666)
				os.WriteFile(fmt.Sprintf("/tmp/soak/%d-%d.txt", seed, n), []byte(name+"\n"+problem), 0o666)
			}
		}
		session.Forget(dir)
	}
	fmt.Println(n, "programs,", bad, "bad")
}
