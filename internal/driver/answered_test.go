package driver

import (
	"bytes"
	"context"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const printedModule = `
-- go.mod --
module m

go 1.24
-- a/a.go --
package a

func one() { println("one") }

func two() { one() }

func three() { two() }
-- b/b.go --
package b

func Held() { println() }
-- b/b_test.go --
package b

func forTest() { println("test") }

func KeepForTest() {}
-- known.json --
{"version": 1, "findings": []}
`

// A printed is all that a run of the command tells.
type printed struct {
	stdout, stderr string
	code           int
}

func commanded(args ...string) printed {
	var stdout, stderr bytes.Buffer
	code := command(context.Background(), Suite{Analyzers: toys()}, args, &stdout, &stderr)
	return printed{stdout.String(), stderr.String(), code}
}

// isAnswered reports whether a run gives the answer of an earlier one.
func isAnswered(args ...string) bool {
	p := commanded(append([]string{"-stats"}, args...)...)
	return regexp.MustCompile(`(?m)^  go list .* 0$`).MatchString(p.stderr)
}

// newPrintedRun is newKeptRun for runs of the command in the folder of the module.
func newPrintedRun(t *testing.T) *keptRun {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("no answers are kept here")
	}
	r := newKeptRun(t)
	r.dir = t.TempDir()
	r.extract(printedModule)
	t.Chdir(r.dir)
	t.Setenv("MEMLINT_CACHE", r.kept)
	return r
}

// TestAnswersPrinted checks that what is printed does not tell whether anything
// was analysed for it.
func TestAnswersPrinted(t *testing.T) {
	for _, test := range []struct {
		args string
		want string // part of what is printed
	}{
		{"./...", "a/a.go:7:6: three is 3 calls deep (chain/deep)\n"},
		{"-color=always ./...", "\x1b[1ma/a.go:7:6:\x1b[0m three is 3 calls deep"},
		{"-json ./...", `"message": "three is 3 calls deep (chain/deep)"`},
		{"-sarif ./...", `"ruleId": "chain/deep"`},
		{"-github ./...", "::error file=a/a.go,line=7,"},
		{"-diff ./...", "-func one() { println(\"one\") }\n"},
		{"-q ./...", "three is 3 calls deep"},
		{"-tests=false ./...", "three is 3 calls deep"},
		{"-enable prints ./...", "println is for debugging"},
		{"-baseline known.json ./...", "three is 3 calls deep"},
		{"-prints=false ./b", "held back 1 finding"},
		{"-chain -test=false ./b", ""},
		{"./...", "1 latent leak: nothing"},
		{"-latent ./...", "(keeps/kept, latent)"},
		{"-latent -sarif ./...", `"level": "note"`},
	} {
		t.Run(test.args, func(t *testing.T) {
			newPrintedRun(t)
			settle()
			args := strings.Fields(test.args)
			first, again := commanded(args...), commanded(args...)
			if again != first {
				t.Errorf("then it prints\n%+v\nat first\n%+v", again, first)
			}
			if !isAnswered(args...) {
				t.Error("not answered")
			}
			if test.want == "" && first != (printed{}) || !strings.Contains(first.stdout+first.stderr, test.want) {
				t.Errorf("it prints\n%+v\nwithout %q", first, test.want)
			}
		})
	}
}

// TestAnswersSettings checks that an answer is given in the light of settings and
// baselines as they are now.
func TestAnswersSettings(t *testing.T) {
	r := newPrintedRun(t)
	for _, step := range []struct {
		name string
		do   func()
		args string
		want string // what is found, sorted
	}{
		{"none", func() {}, "./...", "chain/deep prints/println prints/println prints/println"},
		{"new settings", func() { r.write(".memlint.yml", "disable: [chain]\n") }, "./...", "prints/println prints/println prints/println"},
		{"other tests", func() { r.write(".memlint.yml", "tests: false\n") }, "./...", "chain/deep prints/println prints/println"},
		{"other files", func() { r.write(".memlint.yml", "exclude: [b]\n") }, "./...", "chain/deep prints/println"},
		{"other flags", func() { r.write(".memlint.yml", "analyzers: {chain: {most: 1}}\n") }, "./...", "chain/deep chain/deep prints/println prints/println prints/println"},
		{"broken settings", func() { r.write(".memlint.yml", "excluded: [b]\n") }, "./...", "error"},
		{"settings of a name", func() { r.write("other.yml", "exclude: [a]\n") }, "-config other.yml ./...", "prints/println prints/println"},
		{"no settings", func() { r.remove(".memlint.yml") }, "./...", "chain/deep prints/println prints/println prints/println"},
		{"empty baseline", func() {}, "-baseline known.json ./...", "chain/deep prints/println prints/println prints/println"},
		{"baseline", func() { commanded("-write-baseline", "known.json", "./a") }, "-baseline known.json ./...", "prints/println prints/println"},
		{"larger baseline", func() { commanded("-write-baseline", "known.json", "./...") }, "-baseline known.json ./...", ""},
		{"broken baseline", func() { r.write("known.json", "{") }, "-baseline known.json ./...", "error"},
		{"no such baseline", func() { r.remove("known.json") }, "-baseline known.json ./...", "error"},
		{"no baseline", func() {}, "./...", "chain/deep prints/println prints/println prints/println"},
	} {
		step.do()
		settle()
		args := strings.Fields(step.args)
		t.Setenv("MEMLINT_CACHE", "off")
		want := commanded(args...)
		t.Setenv("MEMLINT_CACHE", r.kept)
		for _, when := range []string{"first", "then"} {
			if got := commanded(args...); got != want {
				t.Errorf("%s: %s it prints\n%+v\nwithout the cache\n%+v", step.name, when, got, want)
			}
		}
		var found []string
		for _, m := range regexp.MustCompile(`\((\w+/\w+)\)\n`).FindAllStringSubmatch(want.stdout, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		rules := strings.Join(found, " ")
		if want.code == exitFailed {
			rules = "error"
		} else if !isAnswered(args...) {
			t.Errorf("%s: not answered", step.name)
		}
		if rules != step.want {
			t.Errorf("%s: found %s, want %s", step.name, rules, step.want)
		}
	}
}

// TestAnswersFix checks that what is fixed is not told from memory.
func TestAnswersFix(t *testing.T) {
	newPrintedRun(t)
	settle()
	before := commanded("-prints", "./a")
	if !strings.Contains(before.stdout, "println") || !isAnswered("-prints", "./a") {
		t.Fatalf("not answered, or nothing to fix: %+v", before)
	}
	want := printed{stderr: "memlint: fixed 1 finding in 1 file\n"}
	if got := commanded("-prints", "-fix", "./a"); got != want {
		t.Errorf("-fix prints %+v, want %+v", got, want)
	}
	if got := commanded("-prints", "./a"); got != (printed{}) {
		t.Errorf("then it prints %+v", got)
	}
}
