package watch

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/memlint/memlint/internal/driver"
)

const (
	put   = "example.com/store.(*Cache).Put /src/store/store.go:31"
	query = "example.com/db.Query /src/db/db.go:7"
	serve = "example.com/web.Serve /src/web/web.go:12"
)

// leaky grows by 600 MiB per hour in one place, and stays at 90 MiB in another.
func leaky(t *testing.T) *program {
	return &program{
		t: t,
		heap: func(age time.Duration) map[string]int64 {
			return map[string]int64{put: 10<<20 + int64(age.Hours()*(600<<20)), query: 90 << 20}
		},
		goroutines: constant(map[string]int64{serve: 5}),
	}
}

// flat stays as it is.
func flat(t *testing.T) *program {
	return &program{
		t:          t,
		heap:       constant(map[string]int64{put: 50 << 20, query: 100 << 20}),
		goroutines: constant(map[string]int64{serve: 5}),
	}
}

// TestLimits checks exit codes and their reasons.
func TestLimits(t *testing.T) {
	tests := []struct {
		name    string
		program func(t *testing.T) *program
		args    string
		code    int
		stderr  string
	}{
		{"no limit", leaky, "-for 30m", exitDone, ""},
		{"growth within it", leaky, "-for 30m -fail-on-growth 610MiB/h", exitDone, ""},
		{"growth", leaky, "-for 30m -fail-on-growth 590MiB/h", exitPassed,
			"memlint: watch: the live heap grew by 600 MiB/h (240.0%/h), more than -fail-on-growth 590MiB/h\n"},
		{"growth in percent of the median", leaky, "-for 30m -fail-on-growth 5%/h", exitPassed,
			"memlint: watch: the live heap grew by 600 MiB/h (240.0%/h), more than -fail-on-growth 5%/h\n"},
		{"no growth", flat, "-for 30m -fail-on-growth 0%/h", exitDone, ""},
		{"too short", leaky, "-for 4m -fail-on-growth 5%/h", exitFailed,
			"memlint: watch: -fail-on-growth: 9 heap profiles in a row, and it takes 10 to judge growth\n"},
		{"heap", leaky, "-for 1h -fail-on-heap 150MiB", exitPassed,
			"memlint: watch: 155 MiB were in use at 2000-01-01T00:05:30Z, more than -fail-on-heap 150 MiB\n"},
		{"heap within it", leaky, "-for 1h -fail-on-heap 760MiB", exitDone, ""},
		{"both", leaky, "-for 1h -fail-on-heap 100MiB -fail-on-growth 1KiB/h", exitPassed,
			"memlint: watch: 105 MiB were in use at 2000-01-01T00:00:30Z, more than -fail-on-heap 100 MiB\n" +
				"memlint: watch: the live heap grew by 600 MiB/h (150.0%/h), more than -fail-on-growth 1KiB/h\n"},
		{"up and down", func(t *testing.T) *program {
			p := flat(t)
			p.heap = func(age time.Duration) map[string]int64 {
				return map[string]int64{put: 50e6 + int64(age.Minutes()*7919)%23*1e6}
			}
			return p
		}, "-for 15m -fail-on-growth 0.1%/h", exitDone,
			"memlint: watch: the slope of the live heap is 21.8 MiB/h (38.1%/h), but too uneven to call it growth; watch for longer to tell\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, stderr, code := test.program(t).watch(t.Context(), strings.Fields(test.args)...)
				if code != test.code || stderr != test.stderr {
					t.Errorf("exit code %d, want %d, it says\n%swant\n%s", code, test.code, stderr, test.stderr)
				}
			})
		})
	}
}

// TestAway is a server that does not answer for some minutes.
func TestAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flat(t)
		p.broken = func(age time.Duration, name string) http.HandlerFunc {
			if age >= time.Minute && age < 3*time.Minute {
				return func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
			}
			return nil
		}
		stdout, stderr, code := p.watch(t.Context(), "-for=5m")
		want := "memlint: watch: http://server/debug/pprof/heap: no answer within 10s (-timeout); asking again every 30s\n" +
			"memlint: watch: http://server/debug/pprof answers, after 4 polls without a profile\n"
		if code != exitDone || stderr != want {
			t.Errorf("exit code %d, it says\n%s", code, stderr)
		}
		if title := "http://server/debug/pprof, 5m0s, 11 polls, 4 without a profile\n"; !strings.Contains(stdout, title) {
			t.Errorf("no %sin\n%s", title, stdout)
		}
	})
}

// TestNeverThere checks how long a server is waited for that has no profile.
func TestNeverThere(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		polls  int
		stderr string
	}{
		{"busy", status(http.StatusBadGateway), 3,
			"memlint: watch: http://server/debug/pprof/heap: 502 Bad Gateway; asking again every 30s\n" +
				"memlint: watch: http://server/debug/pprof/heap: 502 Bad Gateway\n"},
		{"has none", http.NotFound, 1,
			"memlint: watch: http://server/debug/pprof/heap: 404 Not Found; does the program import net/http/pprof, and serve it at this path?\n"},
		{"garbage", body("\x1b[31mgarbage"), 1,
			"memlint: watch: http://server/debug/pprof/heap: a text without goroutines\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &program{t: t, broken: func(time.Duration, string) http.HandlerFunc { return test.answer }}
				stdout, stderr, code := p.watch(t.Context(), "-for=1m")
				if code != exitFailed || stdout != "" || stderr != test.stderr || len(p.asked) != test.polls {
					t.Errorf("exit code %d, %d polls, it prints\n%s%s", code, len(p.asked), stdout, stderr)
				}
			})
		})
	}
}

// TestRestart checks that a process is judged by itself: each of these grows by
// 60 MB per hour, and all of them together do not grow.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := leaky(t)
		p.life = 10*time.Minute + 15*time.Second
		stdout, stderr, code := p.watch(t.Context(), "-for=24m", "-fail-on-growth=30%/h")
		want := strings.Repeat("memlint: watch: http://server/debug/pprof started again\n", 2) +
			strings.Repeat("memlint: watch: the live heap grew by 600 MiB/h (400.0%/h), more than -fail-on-growth 30%/h, before it started again\n", 2)
		if code != exitPassed || stderr != want {
			t.Errorf("exit code %d, it says\n%swant\n%s", code, stderr, want)
		}
		if title := "49 polls, started again 2 times\n"; !strings.Contains(stdout, title) {
			t.Errorf("no %sin\n%s", title, stdout)
		}
	})
}

// TestInterrupted checks that Ctrl-C ends a run with what there is.
func TestInterrupted(t *testing.T) {
	tests := []struct {
		name   string
		after  time.Duration
		stderr string
		code   int
	}{
		{"before the first answer", time.Second, "memlint: watch: interrupted before there was a profile\n", exitFailed},
		{"with enough of them", time.Hour, "memlint: watch: the live heap grew by 600 MiB/h (150.0%/h), more than -fail-on-growth 5%/h\n", exitPassed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.after)
				defer cancel()
				p := leaky(t)
				p.broken = func(age time.Duration, name string) http.HandlerFunc {
					if age == 0 {
						return func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
					}
					return nil
				}
				_, stderr, code := p.watch(ctx, "-fail-on-growth=5%/h", "-timeout=15s")
				stderr = strings.TrimPrefix(stderr, "memlint: watch: http://server/debug/pprof/heap: no answer within 15s (-timeout); asking again every 30s\n"+
					"memlint: watch: http://server/debug/pprof answers, after 1 poll without a profile\n")
				if code != test.code || stderr != test.stderr {
					t.Errorf("exit code %d, it says\n%s", code, stderr)
				}
			})
		})
	}
}

// TestProfiles checks what a server is asked for.
func TestProfiles(t *testing.T) {
	all := []string{heapName, goroutineName, leakedName}
	some := []string{heapName, goroutineName}
	tests := []struct {
		name   string
		change func(*program)
		asked  []string
		stderr string
	}{
		{"all that there are", func(p *program) { p.leaked = constant(map[string]int64{serve: 2}) }, slices.Concat(all, all, all, all, all), ""},
		{"those that there are not once", func(p *program) {}, slices.Concat(all, some, some, some, some), ""},
		{"those that there are not again after a restart", func(p *program) { p.life = 70 * time.Second }, slices.Concat(all, some, some, some, all),
			"memlint: watch: http://server/debug/pprof started again\n"},
		{"what fails beside the heap again", func(p *program) {
			p.broken = func(_ time.Duration, name string) http.HandlerFunc {
				if name == goroutineName {
					return status(http.StatusForbidden)
				}
				return nil
			}
		}, slices.Concat(some, some, some, some, some),
			"memlint: watch: http://server/debug/pprof/goroutine: 403 Forbidden; it does not let this user, or this machine, have profiles\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := flat(t)
				test.change(p)
				_, stderr, code := p.watch(t.Context(), "-for=2m")
				if code != exitDone || stderr != test.stderr || !slices.Equal(p.asked, test.asked) {
					t.Errorf("exit code %d, asked for %q, it says\n%s", code, p.asked, stderr)
				}
			})
		})
	}
}

// TestSnapshots checks that profiles stay as files, sorted by their times.
func TestSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		if _, stderr, code := flat(t).watch(t.Context(), "-for=1s", "-interval=500ms", "-o="+dir); code != exitDone {
			t.Fatalf("exit code %d, it says\n%s", code, stderr)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		want := []string{
			"goroutine-20000101T000000.000Z.pb.gz", "goroutine-20000101T000000.500Z.pb.gz", "goroutine-20000101T000001.000Z.pb.gz",
			"heap-20000101T000000.000Z.pb.gz", "heap-20000101T000000.500Z.pb.gz", "heap-20000101T000001.000Z.pb.gz",
		}
		if !slices.Equal(names, want) {
			t.Errorf("files %q", names)
		}
	})
}

// TestNoSpace checks that a run goes on without files, and says so.
func TestNoSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir() + "/gone"
		stdout, stderr, code := flat(t).watch(t.Context(), "-for=1m", "-o="+dir)
		if code != exitFailed || strings.Count(stderr, "profiles are not written: open "+dir) != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("exit code %d, it says\n%s", code, stderr)
		}
		if !strings.Contains(stdout, ", 3 polls\n") {
			t.Errorf("it prints\n%s", stdout)
		}
	})
}

// TestLines checks what is printed where nobody looks.
func TestLines(t *testing.T) {
	p := func(t *testing.T) *program {
		p := leaky(t)
		p.goroutines = func(age time.Duration) map[string]int64 { return map[string]int64{serve: 5 + int64(age.Minutes()*10)} }
		p.leaked = constant(map[string]int64{serve: 2})
		return p
	}
	tests := []struct{ name, args, golden string }{
		{"text", "", "lines.txt"},
		{"quiet", "-q", "quiet.txt"},
		{"json", "-json", "polls.json"},
		{"json quiet", "-json -q", "end.json"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				find := func(context.Context, []string) (*driver.Result, error) {
					return nil, errors.New("go.mod file not found")
				}
				stdout, stderr, code := p(t).watchWith(t.Context(), find, append(strings.Fields(test.args), "-for=2m30s")...)
				if code != exitDone || stderr != "memlint: watch: no findings: go.mod file not found\n" {
					t.Errorf("exit code %d, it says\n%s", code, stderr)
				}
				golden(t, test.golden, stdout)
			})
		})
	}
}

// TestEscapes checks that a terminal gets no commands from a server.
func TestEscapes(t *testing.T) {
	const evil = "example.com/a.\x1b]0;gotcha\a\u009b2J\u202eö /src/\x1b[2J.go:1"
	for _, args := range [][]string{{"-for=5m"}, {"-for=5m", "-json"}} {
		synctest.Test(t, func(t *testing.T) {
			p := flat(t)
			p.heap = func(age time.Duration) map[string]int64 { return map[string]int64{evil: 1e6 + int64(age)} }
			stdout, _, _ := p.watch(t.Context(), args...)
			if !strings.Contains(stdout, "gotcha") {
				t.Errorf("nothing of it in\n%s", stdout)
			}
			for _, r := range stdout {
				if (r < ' ' && r != '\n' || r > '~') && !slices.Contains(unicodeBlocks, r) {
					t.Errorf("%U in\n%q", r, stdout)
				}
			}
		})
	}
}
