package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	code    = regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	outside = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// TestLinks checks that files and headings that pages refer to are there.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	above, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, above...) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(read(t, page), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			name, anchor, _ := strings.Cut(m[1], "#")
			file := page
			if name != "" {
				file = filepath.Join(filepath.Dir(page), name)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			} else if anchor != "" && !anchors(read(t, file))[anchor] {
				t.Errorf("%s links to %s, and %s has no such heading", page, m[1], file)
			}
		}
	}
}

// anchors returns the names that GitHub gives to the headings of a page: their letters,
// small, with dashes for blanks. (A second heading with the same words gets a number;
// nothing may link to one.)
func anchors(page string) map[string]bool {
	names := make(map[string]bool)
	for _, m := range heading.FindAllStringSubmatch(regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, ""), -1) {
		names[strings.ReplaceAll(outside.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return names
}

// TestAnchors checks names that are hard to guess.
func TestAnchors(t *testing.T) {
	have := anchors("# Go & `memlint`, 2nd\n\n```\n# no heading\n```\n## 4. Look at it\n")
	for _, want := range []string{"go--memlint-2nd", "4-look-at-it"} {
		if !have[want] {
			t.Errorf("no %s in %v", want, have)
		}
	}
	if len(have) != 2 {
		t.Errorf("got %v, want two", have)
	}
}
