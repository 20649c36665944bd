package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A sarifLog is what these tests look at of a log.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID               string
					ShortDescription struct{ Text string }
					Help             struct{ Markdown string }
					HelpURI          string
				}
			}
		}
		OriginalURIBaseIDs map[string]struct{ URI string }
		Results            []struct {
			RuleID              string
			Locations           []sarifLocation
			PartialFingerprints map[string]string
			RelatedLocations    []sarifLocation
			CodeFlows           []struct {
				ThreadFlows []struct {
					Locations []struct{ Location sarifLocation }
				}
			}
			Fixes []struct {
				ArtifactChanges []struct{ Replacements []any }
			}
		}
	}
}

type sarifLocation struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI, URIBaseID string }
	}
}

// readSARIF runs memlint on the example that leaks and returns its log, which
// is valid by the schema of the format.
func readSARIF(t *testing.T) *sarifLog {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	t.Setenv("MEMLINT_CACHE", "off")
	// In Go before 1.23 tickers need their Stop, which has a fix.
	out, err := exec.Command("memlint", "-q", "-timerleak.collectable", "-C", "../../examples/leaky", "-sarif", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("../../internal/driver/sarif/testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%#v", err)
	}
	log := new(sarifLog)
	if err := json.Unmarshal(out, log); err != nil {
		t.Fatal(err)
	}
	return log
}

// TestSARIF checks that each finding of the example has its rule, its path and
// a fingerprint of its own, and that files are where their names say.
func TestSARIF(t *testing.T) {
	run := readSARIF(t).Runs[0]
	var rules []string
	for _, r := range run.Tool.Driver.Rules {
		rules = append(rules, r.ID)
	}
	root, err := url.Parse(run.OriginalURIBaseIDs["%SRCROOT%"].URI)
	if err != nil {
		t.Fatal(err)
	}
	exists := func(l sarifLocation) {
		a := l.PhysicalLocation.ArtifactLocation
		if a.URIBaseID != "%SRCROOT%" {
			t.Errorf("%s is relative to %q", a.URI, a.URIBaseID)
		}
		if _, err := os.Stat(filepath.FromSlash(root.JoinPath(a.URI).Path)); err != nil {
			t.Error(err)
		}
	}
	if len(run.Results) < 9 {
		t.Errorf("%d results", len(run.Results))
	}
	seen := make(map[string]bool)
	flows, fixes := 0, 0
	for _, r := range run.Results {
		if !slices.Contains(rules, r.RuleID) {
			t.Errorf("there is no rule %s", r.RuleID)
		}
		exists(r.Locations[0])
		for _, l := range r.RelatedLocations {
			exists(l)
		}
		for _, c := range r.CodeFlows {
			flows++
			steps := c.ThreadFlows[0].Locations
			if len(steps) != 1+len(r.RelatedLocations) || steps[0].Location != r.Locations[0] {
				t.Errorf("%s: the path is %v", r.RuleID, steps)
			}
		}
		fixes += len(r.Fixes)
		print := r.PartialFingerprints["memlint/v1"]
		if print == "" || seen[print] {
			t.Errorf("%s has fingerprint %q", r.RuleID, print)
		}
		seen[print] = true
	}
	if flows == 0 || fixes == 0 {
		t.Errorf("%d paths and %d fixes", flows, fixes)
	}
}

// TestExplain checks that memlint explain has something to say of each rule,
// and that the rules have it, too.
func TestExplain(t *testing.T) {
	for _, r := range readSARIF(t).Runs[0].Tool.Driver.Rules {
		out, err := exec.Command("memlint", "explain", r.ID).Output()
		if err != nil {
			t.Errorf("explain %s: %v", r.ID, err)
			continue
		}
		title, text, _ := strings.Cut(string(out), "\n\n")
		if title != r.ID || len(text) < len(r.HelpURI)+len("Some words.") || !strings.HasSuffix(text, "\n"+r.HelpURI+"\n") {
			t.Errorf("explain %s prints\n%s", r.ID, out)
		}
		if r.ShortDescription.Text == "" || r.Help.Markdown == "" {
			t.Errorf("rule %s says nothing", r.ID)
		}
	}
}
