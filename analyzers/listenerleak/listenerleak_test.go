package listenerleak_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/memlint/memlint/analyzers/listenerleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

const cases = "../../testdata/src/listenerleak"

func Test(t *testing.T) {
	findingtest.Run(t, cases, listenerleak.Analyzer)
}

func TestFixed(t *testing.T) {
	findingtest.RunFixed(t, filepath.Join(cases, "current"), listenerleak.Analyzer)
}

// TestPairs runs with -listenerleak.pairs over code whose names say nothing.
func TestPairs(t *testing.T) {
	setPairs(t, "example.com/declared/bus.(*Bus).Tell:Forget, example.com/declared/bus.Mind:Drop,(*example.com/declared/bus.Box[T]).Enter:Discard")
	findingtest.Run(t, filepath.Join(cases, "flags"), listenerleak.Analyzer)
}

func TestPairsMalformed(t *testing.T) {
	for value, want := range map[string]string{
		"bus.Watch":                      `"bus.Watch" has no colon: want FUNCTION:NAME`,
		"bus.Watch:Unwatch,":             `"" has no colon: want FUNCTION:NAME`,
		"bus.Watch:":                     `"" is not the name of a function or method`,
		"bus.Watch:a.b":                  `"a.b" is not the name of a function or method`,
		"Watch:Unwatch":                  `"Watch" is not a function: want path.F or path.(*T).M`,
		"bus.:Unwatch":                   `"bus." is not a function: want path.F or path.(*T).M`,
		"example.com/bus:Unwatch":        `"example.com/bus" is not a function: want path.F or path.(*T).M`,
		"bus.(*Bus:Off":                  `"bus.(*Bus" is not a function: want path.F or path.(*T).M`,
		"bus.(*Bus).:Off":                `"bus.(*Bus)." is not a function: want path.F or path.(*T).M`,
		"(*bus.Bus):Off":                 `"(*bus.Bus)" is not a function: want path.F or path.(*T).M`,
		"bus.(**Bus).On:Off":             `"bus.(**Bus).On" is not a function: want path.F or path.(*T).M`,
		"bus.F:G,other bus.(*T).M:Close": `"other bus.(*T).M" is not a function: want path.F or path.(*T).M`,
	} {
		err := listenerleak.Analyzer.Flags.Set("pairs", value)
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", value, err, want)
		}
	}
	if value := listenerleak.Analyzer.Flags.Lookup("pairs").Value.String(); value != "" {
		t.Errorf("a malformed value was taken: %s", value)
	}
}

func setPairs(t *testing.T, value string) {
	t.Helper()
	if err := listenerleak.Analyzer.Flags.Set("pairs", value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listenerleak.Analyzer.Flags.Set("pairs", ""); err != nil {
			t.Fatal(err)
		}
	})
	if got := listenerleak.Analyzer.Flags.Lookup("pairs").Value.String(); strings.TrimSpace(got) != value {
		t.Errorf("-listenerleak.pairs is %q, want %q", got, value)
	}
}
