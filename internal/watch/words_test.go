package watch

import (
	"slices"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

func TestAmounts(t *testing.T) {
	for _, test := range []struct {
		slope      float64
		unit, want string
	}{
		{12 << 20, unitBytes, "+12.0 MiB/h"}, {-12 << 20, unitBytes, "-12.0 MiB/h"}, {0, unitBytes, "+0 B/h"},
		{28.4, unitGoroutines, "+28/h"}, {-0.2, unitGoroutines, "0/h"},
	} {
		if got := perHour(test.slope, test.unit); got != test.want {
			t.Errorf("%v %s are %s, want %s", test.slope, test.unit, got, test.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	tests := []struct {
		fn, file string
		want     string
	}{
		{"example.com/a/store.(*Cache).Put", "/src/store/store.go", "store.(*Cache).Put store.go:7"},
		{"main.main.func1", `C:\src\main.go`, "main.main.func1 main.go:7"},
		{"example.com/a.(*List[example.com/b.T]).Add", "example.com/a/list.go", "a.(*List[example.com/b.T]).Add list.go:7"},
		{"a.F\x1b[31m\n\"ö\"", "", `a.F\x1b[31m\n"\u00f6" .:7`},
	}
	for _, test := range tests {
		if got := place(test.fn, test.file, 7); got != test.want {
			t.Errorf("%q is at %s, want %s", test.fn, got, test.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	tests := []struct {
		values []float64
		want   string
	}{
		{nil, ""},
		{[]float64{5}, "_"},
		{[]float64{5, 5, 5}, "___"},
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, "_.-:=+*#"},
		{[]float64{10, 0, 10}, "#_#"},
		{[]float64{0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7}, "____####"},
	}
	for _, test := range tests {
		var samples []report.Sample
		for _, v := range test.values {
			samples = append(samples, report.Sample{Value: v})
		}
		if got := sparkline(samples, 8, asciiBlocks); got != test.want {
			t.Errorf("%v is %q, want %q", test.values, got, test.want)
		}
	}
}

// TestLimitFlags checks which amounts limits take: units of 1000 and of 1024.
func TestLimitFlags(t *testing.T) {
	for _, test := range []struct {
		text string
		want float64
	}{
		{"500MB", 500e6}, {"1.5 gib", 1.5 * (1 << 30)}, {"7", 7}, {"64KiB", 65536},
		{"", 0}, {"MB", 0}, {"0", 0}, {"-1MB", 0}, {"5%", 0}, {"1PB", 0}, {"NaN", 0}, {"Inf", 0}, {"1e400", 0}, {"5MB5", 0},
	} {
		var l heapLimit
		if err := l.Set(test.text); float64(l) != test.want || err == nil == (test.want == 0) {
			t.Errorf("%q is %v, %v", test.text, float64(l), err)
		}
	}
	samples := []report.Sample{{Value: 300}, {Value: 100}, {Value: 200}, {Value: 400}}
	for _, test := range []struct {
		text string
		want float64
		ok   bool
	}{
		{"5%/h", 12.5, true}, {"0%/h", 0, true}, {"10kb/h", 10000, true},
		{"5%", 0, false}, {"10MB", 0, false}, {"/h", 0, false}, {"%/h", 0, false}, {"5MB%/h", 0, false}, {"5%/min", 0, false},
	} {
		var l growthLimit
		if err := l.Set(test.text); err == nil != test.ok || test.ok && l.allowed(samples) != test.want {
			t.Errorf("%q allows %v, %v", test.text, l.allowed(samples), err)
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		command string
		want    []string
		err     string
	}{
		{"", nil, ""},
		{" notify  now\n", []string{"notify", "now"}, ""},
		{`notify 'the owner' "it's full"`, []string{"notify", "the owner", "it's full"}, ""},
		{`C:\bin\notify.exe --to='a b' ''`, []string{`C:\bin\notify.exe`, `--to='a`, `b'`, ""}, ""},
		{`notify $HOME ; rm "`, nil, `a quote " has no end`},
	}
	for _, test := range tests {
		got, err := words(test.command)
		if !slices.Equal(got, test.want) || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%s is %q, %v", test.command, got, err)
		}
	}
}
