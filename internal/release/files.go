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

// places are what stands before the version that users are to copy, in any page. What says
// "latest" to the go command is none of them.
var places = []*regexp.Regexp{
	regexp.MustCompile(`(uses: memlint/memlint@)[\w.-]+`),
	regexp.MustCompile(`(repo: https://github\.com/memlint/memlint\n +rev: )[\w.-]+`),
	regexp.MustCompile(`(docker .* memlint:)[\w.-]+`),
	regexp.MustCompile(`(docker .* VERSION=)[\w.-]+`),
	regexp.MustCompile(`(https://github\.com/memlint/memlint\.git#)[\w.-]+`),
	regexp.MustCompile(`(git clone .*--branch )[\w.-]+`),
	regexp.MustCompile(`(import: github\.com/memlint/memlint/golangci\n +version: )[\w.-]+`),
}

// eachPage calls a function with each page and what it is with a version in its places. The
// error may be that nothing stands before a version any more.
func eachPage(dir, version string, do func(file, text, want string) error) error {
	pages := []string{filepath.Join(dir, "README.md")}
	for _, pattern := range []string{"docs/*.md", "golangci/example/.*.yml"} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		pages = append(pages, found...)
	}
	used := make(map[*regexp.Regexp]bool)
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		want := string(data)
		for _, place := range places {
			used[place] = used[place] || place.MatchString(want)
			want = place.ReplaceAllString(want, "${1}"+version)
		}
		if err := do(page, string(data), want); err != nil {
			return err
		}
	}
	for _, place := range places {
		if !used[place] {
			return fmt.Errorf("no page has %s", place)
		}
	}
	return nil
}

// checkPages returns an error if a page names another version.
func checkPages(dir, version string) error {
	return eachPage(dir, version, func(file, text, want string) error {
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
	write := func(file, _, text string) error { return os.WriteFile(file, []byte(text), 0o666) }
	file := filepath.Join(r.dir, "CHANGELOG.md")
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changelog, err := prepared(string(data), r.version, now)
	if err != nil {
		return err
	}
	if err := eachPage(r.dir, r.version, write); err != nil {
		return err
	}
	if err := write(file, "", changelog); err != nil {
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
