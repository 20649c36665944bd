package watch

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/memlint/memlint/internal/driver"
)

// asHook is set for this binary to be the command of -exec.
const asHook = "MEMLINT_TEST_HOOK"

func TestMain(m *testing.M) {
	switch os.Getenv(asHook) {
	case "":
		os.Exit(m.Run())
	case "tell":
		for _, name := range []string{"REASON", "URL", "HEAP", "GOROUTINES", "GROWTH"} {
			fmt.Printf("%s=%s\n", name, os.Getenv("MEMLINT_"+name))
		}
	case "hang":
		time.Sleep(time.Hour)
	}
}

// TestExec checks that the hook runs once, and what it is told.
func TestExec(t *testing.T) {
	t.Setenv(asHook, "tell")
	tests := []struct {
		name    string
		program func(t *testing.T) *program
		limits  string
		stdout  string
	}{
		{"no limit is passed", flat, "-fail-on-heap=1GB -fail-on-growth=5%/h", ""},
		{"heap", flat, "-fail-on-heap=1MiB -fail-on-growth=5%/h",
			"REASON=150 MiB were in use at 2000-01-01T00:00:00Z, more than -fail-on-heap 1.0 MiB\nURL=http://server/debug/pprof\nHEAP=157286400\nGOROUTINES=5\nGROWTH=\n"},
		{"growth, as soon as it can be judged", leaky, "-fail-on-growth=5%/h",
			"REASON=the live heap grew by 600 MiB/h (489.8%/h), more than -fail-on-growth 5%/h\nURL=http://server/debug/pprof\nHEAP=152043520\nGOROUTINES=5\nGROWTH=629145600\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				args := append(strings.Fields(test.limits), "-for=10m", "-exec='"+os.Args[0]+"'")
				_, stderr, _ := test.program(t).watch(t.Context(), args...)
				var told strings.Builder
				for line := range strings.Lines(stderr) {
					if !strings.HasPrefix(line, "memlint: watch: ") {
						told.WriteString(line)
					}
				}
				if told.String() != test.stdout {
					t.Errorf("it is told\n%swant\n%s", &told, test.stdout)
				}
			})
		})
	}
}

// TestHangingHook checks that a hook does not outlive its grace.
func TestHangingHook(t *testing.T) {
	t.Setenv(asHook, "hang")
	var out bytes.Buffer
	h, err := startHook([]string{os.Args[0]}, nil, &out)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.finish(t.Context(), time.Millisecond); err == nil || err.Error() != "killed, since it had not ended" {
		t.Errorf("it ends with %v", err)
	}
	if h.cmd.ProcessState == nil {
		t.Error("it still runs")
	}
}

// TestUsage checks what is said of arguments that cannot be.
func TestUsage(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{nil, "which server? give the URL of its profiles, such as http://localhost:6060/debug/pprof"},
		{[]string{"a:6060"}, "the URL has to begin with http:// or https://"},
		{[]string{"http://a", "-q", "./..."}, "-q has to stand before the URL"},
		{[]string{"-sarif", "http://a"}, "flag provided but not defined: -sarif"},
		{[]string{"-interval=1ms", "http://a"}, "-interval 1ms is less than 100ms"},
		{[]string{"-timeout=0s", "http://a"}, "-timeout 0s: want more than nothing"},
		{[]string{"-for=-1s", "http://a"}, "-for -1s: want more than nothing"},
		{[]string{"-fail-on-heap=much", "http://a"}, `invalid value "much" for flag -fail-on-heap: want an amount such as "500MB" or "2GiB"`},
		{[]string{"-fail-on-growth=5%", "http://a"}, `invalid value "5%" for flag -fail-on-growth: want an amount per hour such as "5%/h" or "10MB/h"`},
		{[]string{"-shell", "http://a"}, "-shell is of no use without -exec"},
		{[]string{"-exec=x", "http://a"}, "-exec is of no use without -fail-on-growth or -fail-on-heap"},
		{[]string{"-fail-on-heap=1MiB", "-exec='x y", "http://a"}, "-exec: a quote ' has no end"},
		{[]string{"-fail-on-heap=1MiB", "-exec= ", "http://a"}, "-exec names no command"},
		{[]string{"-fail-on-heap=1MiB", "-exec=no-such-command x", "http://a"}, `-exec: exec: "no-such-command": executable file not found in `},
	}
	for _, test := range tests {
		var out, errs bytes.Buffer
		code := command(t.Context(), t.Context(), driver.Suite{}, test.args, &out, &errs)
		if code != exitFailed || !strings.HasPrefix(errs.String(), "memlint: watch: "+test.want) || strings.Count(errs.String(), "\n") != 1 || out.Len() > 0 {
			t.Errorf("%q: exit code %d, it says\n%swant\n%s", test.args, code, &errs, test.want)
		}
	}
}
