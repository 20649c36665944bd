package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const repository = "https://github.com/memlint/memlint"

// places are where files name the version that users are to copy: files, and what stands
// before it. What says "latest" to the go command is none of them.
var places = []struct{ file, before string }{
	{"README.md", `uses: memlint/memlint@`},
	{"docs/ci.md", `uses: memlint/memlint@`},
	{"docs/ci.md", `rev: `},
	{"docs/ci.md", ` memlint:`},
	{"docs/ci.md", `VERSION=`},
	{"docs/ci.md", `memlint\.git#`},
	{"docs/gopls.md", `--branch `},
	{"golangci/example/.custom-gcl.yml", `import: github\.com/memlint/memlint/golangci\n +version: `},
}

// eachPlace calls a function with each file and what it is with a version in its places.
func eachPlace(dir, version string, do func(file, text, want string) error) error {
	changed := make(map[string]string)
	for _, p := range places {
		text, ok := changed[p.file]
		if !ok {
			data, err := os.ReadFile(filepath.Join(dir, p.file))
			if err != nil {
				return err
			}
			text = string(data)
		}
		pattern := regexp.MustCompile(`(` + p.before + `)[\w.-]+`)
		if !pattern.MatchString(text) {
			return fmt.Errorf("%s has no version behind %q", p.file, p.before)
		}
		changed[p.file] = pattern.ReplaceAllString(text, "${1}"+version)
	}
	for i, p := range places {
		if i > 0 && places[i-1].file == p.file {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, p.file))
		if err != nil {
			return err
		}
		if err := do(p.file, string(data), changed[p.file]); err != nil {
			return err
		}
	}
	return nil
}

// checkPlaces returns an error if a file names another version.
func checkPlaces(dir, version string) error {
	return eachPlace(dir, version, func(file, text, want string) error {
		if text != want {
			return fmt.Errorf("%s does not name %s everywhere; -prepare writes it", file, version)
		}
		return nil
	})
}

// prepare writes the version into the files that name it, and makes of what is not yet
// released in CHANGELOG.md its section.
func (r *release) prepare(now time.Time) error {
	if err := checkVersion(r.version); err != nil {
		return err
	}
	write := func(file, _, text string) error {
		return os.WriteFile(filepath.Join(r.dir, file), []byte(text), 0o666)
	}
	data, err := os.ReadFile(filepath.Join(r.dir, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	changelog, err := prepared(string(data), r.version, now)
	if err != nil {
		return err
	}
	if err := eachPlace(r.dir, r.version, write); err != nil {
		return err
	}
	if err := write("CHANGELOG.md", "", changelog); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "The files name %s. Look at git diff, commit, and run this again without -prepare.\n", r.version)
	return nil
}

const unreleased = "## [Unreleased]\n"

// prepared returns a changelog in which what is not yet released is a version.
func prepared(changelog, version string, now time.Time) (string, error) {
	number := strings.TrimPrefix(version, "v")
	if _, err := section(changelog, version); err == nil {
		return "", fmt.Errorf("CHANGELOG.md has a section of %s", number)
	}
	before, after, ok := strings.Cut(changelog, unreleased)
	if news, _, _ := strings.Cut(after, "\n["); !ok || strings.TrimSpace(untilHeading(news)) == "" {
		return "", errors.New("CHANGELOG.md has nothing that is unreleased")
	}
	before = strings.ReplaceAll(before, " Nothing is released yet.", "")
	after = regexp.MustCompile(`(?m)^\[Unreleased\]: .*$`).ReplaceAllLiteralString(after, fmt.Sprintf(
		"[Unreleased]: %s/compare/%s...main\n[%s]: %s/releases/tag/%[2]s", repository, version, number, repository))
	return fmt.Sprintf("%s%s\n## [%s] - %s\n%s", before, unreleased, number, now.Format(time.DateOnly), after), nil
}

// relative is a link to a file of the repository.
var relative = regexp.MustCompile(`\]\(([\w./-]+(#[\w-]+)?)\)`)

// absolute returns a page with links that lead somewhere from anywhere.
func absolute(page, version string) string {
	return relative.ReplaceAllString(page, "]("+repository+"/blob/"+version+"/$1)")
}

// section returns what a changelog says of a version.
func section(changelog, version string) (string, error) {
	number := strings.TrimPrefix(version, "v")
	_, after, ok := strings.Cut(changelog, "\n## ["+number+"]")
	if !ok {
		return "", fmt.Errorf("CHANGELOG.md has no section of %s; -prepare writes it", number)
	}
	_, after, _ = strings.Cut(after, "\n")
	after = untilHeading(after)
	if at := regexp.MustCompile(`(?m)^\[[^\]]+\]: `).FindStringIndex(after); at != nil {
		after = after[:at[0]]
	}
	text := strings.TrimSpace(absolute(after, version))
	if text == "" {
		return "", fmt.Errorf("CHANGELOG.md says nothing of %s", number)
	}
	return text + "\n", nil
}

// untilHeading returns what stands before the next heading of a version.
func untilHeading(text string) string {
	text, _, _ = strings.Cut("\n"+text, "\n## ")
	return text
}
