package driver

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// TestFinder checks that what is found is what flags and the config file ask for,
// and what is latent besides.
func TestFinder(t *testing.T) {
	tests := []struct {
		args             []string
		config           string
		findings, latent int
	}{
		{nil, "", 1, 1},
		{nil, "latent: false\n", 1, 1},
		{nil, "disable: keeps\n", 0, 0},
		{[]string{"-enable=keeps"}, "disable: keeps\n", 1, 1},
		{[]string{"-keeps=false"}, "", 0, 0},
		{nil, "exclude: [a.go]\n", 0, 0},
	}
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	t.Setenv("MEMLINT_CACHE", t.TempDir())
	for _, test := range tests {
		t.Chdir(t.TempDir())
		for name, text := range map[string]string{
			"go.mod":       "module m\n\ngo 1.24\n",
			"a.go":         "package m\n\nfunc Keep() {}\n\nfunc KeepMore() {}\n",
			".memlint.yml": test.config,
		} {
			if err := os.WriteFile(filepath.FromSlash(name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		flags := flag.NewFlagSet("test", flag.ContinueOnError)
		find, err := Finder(Suite{Analyzers: toys()}, flags)
		if err != nil {
			t.Fatal(err)
		}
		if err := flags.Parse(test.args); err != nil {
			t.Fatal(err)
		}
		result, err := find(t.Context(), []string{"./..."})
		if err != nil {
			t.Fatal(err)
		}
		findings := 0
		for _, f := range result.Findings {
			if f.Analyzer == "keeps" {
				findings++
			}
		}
		if findings != test.findings || len(result.Latent) != test.latent {
			t.Errorf("%q with %q: %d findings, %d latent, want %d and %d", test.args, test.config, findings, len(result.Latent), test.findings, test.latent)
		}
	}
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	if _, err := Finder(Suite{Analyzers: toys()}, flags); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"json", "sarif", "fix", "q", latentFlag} {
		if flags.Lookup(name) != nil {
			t.Errorf("there is a flag -%s, which has no say in what is found", name)
		}
	}
}
